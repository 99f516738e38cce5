#include <stdint.h>
#define HEARTBEAT_MSG_ID 0
#define BATTERY_MSG_ID 30
#define ENGINE_ID 31
enum packet { PACKET_GPS_FIX = 40, PACKET_RADIO = 41, PACKET_COUNT };
typedef struct _heartbeat { uint8_t mode; } heartbeat;
typedef struct { uint16_t volts; } battery_t;
struct engine { uint16_t rpm; };
struct GpsFix { double lat, lon; };
struct radio { uint8_t rssi; };
struct linked { struct linked *next; };
struct chain { struct linked link; };
struct spare { uint8_t byte; };
