/* What old firmware leaves behind: macros named like keywords and members, pragmas. */
#define const
#define unsigned signed
struct inner {
    union {
        int simple;
        float scaled;
    } handler;
};
struct device {
    char kind;
    struct inner inner;
    int unit;
    short size;
};
enum color { RED, GREEN };
struct painted {
    enum color color;
};
#define simple handler.simple
#define unit inner.handler.scaled
#define size 5
#define RED 7
#define first second
#define member third
#define x fourth
#define char int
#define struct union
#define RATIO 1.5
#define NEGATIVE (-3)
#pragma pack(push, 1)
/* clang-format off */
#pragma scalar_storage_order big-endian
