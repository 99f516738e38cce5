#include <stdint.h>
#define likely 3
#define self 4
#define int8_t_MAX 127
struct gps_data { uint8_t fix; };
struct GpsData { uint32_t time; };
struct a { struct { uint8_t x; } b; };
struct a__b { double y; };
enum order { mro, second, _x_, name, __y__ };
struct all { struct gps_data raw; struct GpsData cooked; };
struct all2 { struct a one; struct a__b two; };
struct all3 { enum order order; };
typedef struct { uint8_t z; } tag;
struct tag { uint16_t z; };
struct both { tag one; struct tag two; };
struct keywords { uint8_t class; uint16_t class_; uint8_t bytes, type, len, property, memcpy; };
struct message { uint8_t any; };
struct inner_one { uint8_t c__d; float d[2]; };
struct inner_one__c { float d[3]; };
struct PyObject { uint8_t w; };
