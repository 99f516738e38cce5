#ifndef LIDAR_HPP
#define LIDAR_HPP

#include <array>
#include <cstdint>

#define LIDAR_MACRO 12

namespace lidar {

constexpr int beams = 2;
constexpr double rate = 0.5;
constexpr std::uint64_t large = 0xffffffffffffffff;
constexpr const char *label = "no number";

enum class mode : std::uint8_t { off, fast = 3, on = 200 };
enum status { GOOD = -1, BAD = 1 };
#ifdef NARROW
typedef std::uint16_t stamp_t;
#else
typedef std::uint32_t stamp_t;
#endif

struct point {
    float x = 0, y = 1;
};

/** One scan. @msg 1 */
struct scan {
    static constexpr std::uint16_t version = 7;
    static int count;

    stamp_t stamp = 5; ///< When. @unit ms
    mode m = mode::on;
    status s{GOOD};
    point points[beams];
    std::array<std::int16_t, 3> gyro{};
    unsigned ok : 1;
    unsigned range : 12;
    mode bits : 8;
    struct {
        int a;
        char16_t b;
    } inner;
    union {
        float f;
        std::uint32_t u;
    };
    char name[6];

    int sum() const { return 0; }
};

namespace v2 {
struct report {
    static constexpr int version = -8;
    std::int64_t t;
    enum { A, B = 9 } e;
};
} // namespace v2

} // namespace lidar

namespace pump {

struct point {
    double z;
};

/** @msg 2 */
struct state {
    point p;
    lidar::point q;
};

} // namespace pump

#endif
