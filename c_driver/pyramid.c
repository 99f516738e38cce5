/* The simulated large image. See pyramid.h. */
#include "pyramid.h"

static unsigned wave(uint32_t place) {
    uint32_t in_period = place & 511;
    return in_period < 256 ? in_period : 511 - in_period;
}

/* What all pixels of a row, or of a column, have in common. */
typedef struct pyramid_line {
    uint32_t place, coarse, fine;
} pyramid_line;

static pyramid_line column_at(uint32_t picture, uint32_t x) {
    pyramid_line line = {x, wave(x / 32 + picture), wave(x / 2 + 2 * picture)};
    return line;
}

static pyramid_line row_at(uint32_t picture, uint32_t y) {
    pyramid_line line = {y, wave(y / 32 + picture / 2), wave(y / 2 - picture)};
    return line;
}

static uint32_t brightness(pyramid_line column, pyramid_line row) {
    return column.coarse * row.coarse / 2 + column.fine * row.fine / 4 +
           ((column.place ^ row.place) & 63) * 32;
}

unsigned pyramid_brightness(uint32_t picture, uint32_t x, uint32_t y) {
    return brightness(column_at(picture, x), row_at(picture, y));
}

int pyramid_has(uint32_t level, uint32_t x, uint32_t y) {
    return level < PYRAMID_LEVELS && x % IMAGE_TILE_SIZE == 0 && y % IMAGE_TILE_SIZE == 0 &&
           x < (uint32_t)PYRAMID_WIDTH >> level && y < (uint32_t)PYRAMID_HEIGHT >> level;
}

size_t pyramid_pixel_size(unsigned format) {
    static const size_t sizes[] = {1, 2, 2, 4, 2, 4, 8};
    return format < sizeof sizes / sizeof *sizes ? sizes[format] : 0;
}

/* A whole number below 2048 as a 16-bit float, which holds it exactly: C99 has no such type. */
static uint16_t half_of(uint32_t number) {
    uint32_t exponent = 25; /* of 1024 to 2047; 15 is that of 1 */
    if (!number)
        return 0;
    for (; number < 1024; exponent--)
        number *= 2;
    return (uint16_t)(exponent << 10 | (number & 1023));
}

static void convert(enum pixel_format format, const uint32_t *values, size_t count, void *pixels) {
    switch (format) {
    case UINT8:
        for (size_t i = 0; i < count; i++)
            ((uint8_t *)pixels)[i] = (uint8_t)(values[i] / 256);
        break;
    case UINT16:
        for (size_t i = 0; i < count; i++)
            ((uint16_t *)pixels)[i] = (uint16_t)values[i];
        break;
    case INT16:
        for (size_t i = 0; i < count; i++)
            ((int16_t *)pixels)[i] = (int16_t)((int32_t)values[i] - 32768);
        break;
    case INT32:
        for (size_t i = 0; i < count; i++)
            ((int32_t *)pixels)[i] = ((int32_t)values[i] - 32768) * 32768;
        break;
    case FLOAT16:
        for (size_t i = 0; i < count; i++)
            ((uint16_t *)pixels)[i] = half_of(values[i] / 32);
        break;
    case FLOAT32:
        for (size_t i = 0; i < count; i++)
            ((float *)pixels)[i] = (float)(int32_t)values[i] / 65536.0f;
        break;
    case FLOAT64:
        for (size_t i = 0; i < count; i++)
            ((double *)pixels)[i] = (int32_t)values[i] / 65536.0;
        break;
    }
}

size_t pyramid_render(uint32_t picture, const struct image_tile *tile, void *pixels) {
    pyramid_line columns[IMAGE_TILE_SIZE];
    uint32_t values[IMAGE_TILE_SIZE];
    size_t row_bytes = tile->width * pyramid_pixel_size((unsigned)tile->format);
    for (uint32_t i = 0; i < tile->width; i++)
        columns[i] = column_at(picture, (tile->x + i) << tile->level);
    for (uint32_t j = 0; j < tile->height; j++) {
        pyramid_line row = row_at(picture, (tile->y + j) << tile->level);
        for (uint32_t i = 0; i < tile->width; i++)
            values[i] = brightness(columns[i], row);
        convert(tile->format, values, tile->width, (char *)pixels + j * row_bytes);
    }
    return tile->height * row_bytes;
}
