#include <linux/ioctl.h>
#include <stdint.h>
struct gain {
    uint32_t channel;
    int32_t value;
};
#define AMP_CMD_0 _IOWR('a', 0, struct gain)
#define AMP_CMD_1 _IOWR('a', 1, struct gain)
#define AMP_CMD_2 _IOWR('a', 2, struct gain)
#define AMP_CMD_3 _IOWR('a', 3, struct gain)
#define AMP_CMD_4 _IOWR('a', 4, struct gain)
#define AMP_CMD_5 _IOWR('a', 5, struct gain)
#define AMP_CMD_6 _IOWR('a', 6, struct gain)
#define AMP_CMD_7 _IOWR('a', 7, struct gain)
#define AMP_CMD_8 _IOWR('a', 8, struct gain)
#define AMP_CMD_9 _IOWR('a', 9, struct gain)
#define AMP_CMD_10 _IOWR('a', 10, struct gain)
#define AMP_CMD_11 _IOWR('a', 11, struct gain)
#define AMP_REG (*(volatile uint32_t *)0x40020000u)
#define AMP_R0 (AMP_REG + 0)
#define AMP_R1 (AMP_REG + 1)
#define AMP_R2 (AMP_REG + 2)
#define AMP_R3 (AMP_REG + 3)
#define AMP_R4 (AMP_REG + 4)
#define AMP_R5 (AMP_REG + 5)
#define AMP_R6 (AMP_REG + 6)
#define AMP_R7 (AMP_REG + 7)
#define AMP_R8 (AMP_REG + 8)
#define AMP_R9 (AMP_REG + 9)
#define AMP_R10 (AMP_REG + 10)
#define AMP_R11 (AMP_REG + 11)
