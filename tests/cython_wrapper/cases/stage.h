/* A motion stage's header, as an instrument engineer would leave it: typedefs, bit-fields, a macro
 * in a tag. The header that numbers its messages includes it. */
#ifndef STAGE_H
#define STAGE_H
#include <stdint.h>
#include <stdbool.h>

#define N_AXIS   4
#define N_PD     6
#define POS_MAX  25.0f

typedef enum { ST_BOOT = 0, ST_READY, ST_MOVING, ST_ERROR = 0x10 } stage_state_t;
typedef enum { CH_X, CH_Y, CH_Z, CH_ROT } axis_id_t;

typedef struct { float x, y, z; } xyz_t;
typedef struct { uint16_t major; uint16_t minor; char build[16]; } fw_version_t;
typedef struct { float p, i, d, ff; } gains_t;
typedef struct { int32_t raw; float mm; } enc_t;
typedef struct { uint32_t home:1, limit_lo:1, limit_hi:1, stalled:1, fault_code:6; } axis_flags_t;
typedef struct { axis_id_t id; enc_t enc; float vel; float cur; axis_flags_t flags; } axis_t;
typedef struct { float rail_24v, rail_5v; int16_t temp_c10; } power_t;
typedef struct { uint64_t t_ns; uint32_t pkt; stage_state_t state; axis_t axis[N_AXIS]; power_t power; } stage_status_t;
typedef struct { uint32_t scan; float pd[N_PD]; } pd_scan_t;
typedef struct { uint32_t n; float dt; int16_t adc[256]; } scope_buf_t;
typedef struct { uint64_t t_ns; uint16_t code; uint8_t axis; char text[48]; } event_t;
typedef struct { xyz_t accel; xyz_t gyro; float temp; } imu_t;
typedef struct { axis_id_t axis; gains_t gains; } cmd_gains_t;
/** Moves an axis. @command @reply move_done_t */
typedef struct { axis_id_t axis; float to; /**< @unit mm @range -POS_MAX POS_MAX */ float vel; } cmd_move_t;
typedef struct { float reached; uint32_t took_ms; } move_done_t;

#endif
