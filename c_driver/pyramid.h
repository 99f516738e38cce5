/* The simulated large image, as a pyramid: each level has half the rows and columns of the one
 * before. Integers alone, so that a reader can say exactly what a pixel is. Pure.
 */
#ifndef PYRAMID_H
#define PYRAMID_H

#include <stddef.h>
#include <stdint.h>

#include "messages.h"

#define PYRAMID_WIDTH 32768
#define PYRAMID_HEIGHT 32768
#define PYRAMID_LEVELS 8 /* the last one is one tile */
#define PYRAMID_PIXELS (IMAGE_TILE_SIZE * IMAGE_TILE_SIZE)

/* The brightness, 0 to 50784, of a pixel of the full image:
 *   wave(p) = q < 256 ? q : 511 - q, where q is p modulo 512
 *   wave(x/32 + n) * wave(y/32 + n/2) / 2 + wave(x/2 + 2n) * wave(y/2 - n) / 4
 *       + ((x xor y) modulo 64) * 32
 * where n is the picture and each division is without its fraction. A level shows of each square
 * of pixels the first one. */
unsigned pyramid_brightness(uint32_t picture, uint32_t x, uint32_t y);

/* Says whether there is such a tile, and its left and top edge are where a tile's are. */
int pyramid_has(uint32_t level, uint32_t x, uint32_t y);

/* Bytes of a pixel; 0: there is no such format. */
size_t pyramid_pixel_size(unsigned format);

/* Writes a tile's pixels, row by row, into memory aligned to 8 bytes; returns how many bytes. */
size_t pyramid_render(uint32_t picture, const struct image_tile *tile, void *pixels);

#endif
