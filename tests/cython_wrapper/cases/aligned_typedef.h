#include <stdint.h>
typedef struct {
    uint8_t ip[4];
    uint16_t port;
} net_t __attribute__((aligned(16)));
__attribute__((aligned(8))) typedef struct {
    uint8_t key[3];
} key_t8;
struct config {
    uint8_t version;
    net_t net;
    key_t8 key;
};
