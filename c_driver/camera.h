/* The simulated camera: interference fringes that drift, and two spots that move over them. Pure.
 */
#ifndef CAMERA_H
#define CAMERA_H

#include <stdint.h>

#include "messages.h"

#define CAMERA_WIDTH 256
#define CAMERA_HEIGHT 256
#define CAMERA_RATE 10.0 /* pictures per second */
#define CAMERA_TILES ((CAMERA_WIDTH / CAMERA_TILE_WIDTH) * (CAMERA_HEIGHT / CAMERA_TILE_HEIGHT))

/* Fills in a tile of a picture: all of `tile` but its pixels, which go to `pixels`. */
void camera_render(uint32_t image, unsigned index, struct camera_tile *tile,
                   uint16_t pixels[CAMERA_TILE_WIDTH * CAMERA_TILE_HEIGHT]);

#endif
