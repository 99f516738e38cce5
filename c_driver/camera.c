/* The simulated camera. See camera.h. */
#include "camera.h"

#include <math.h>

enum { SPOTS = 2 };

/* What every pixel of one row, or of one column, has in common: the picture's terms are products
 * (spots) and angle sums (fringes) of a part in x and a part in y. */
typedef struct camera_line {
    double cosine, sine; /* of the fringes' angle */
    double spots[SPOTS];
} camera_line;

static camera_line line_at(double place, double angle, const double spots[SPOTS], double width) {
    camera_line line;
    line.cosine = cos(angle);
    line.sine = sin(angle);
    for (int i = 0; i < SPOTS; i++) {
        double distance = (place - spots[i]) / width;
        line.spots[i] = exp(-0.5 * distance * distance);
    }
    return line;
}

void camera_render(uint32_t image, unsigned index, struct camera_tile *tile,
                   uint16_t pixels[CAMERA_TILE_WIDTH * CAMERA_TILE_HEIGHT]) {
    const double t = image / CAMERA_RATE; /* in seconds */
    const double spots_x[SPOTS] = {CAMERA_WIDTH * (0.5 + 0.35 * cos(0.7 * t)),
                                   CAMERA_WIDTH * (0.5 + 0.25 * cos(1.1 * t + 2.0))};
    const double spots_y[SPOTS] = {CAMERA_HEIGHT * (0.5 + 0.35 * sin(0.9 * t)),
                                   CAMERA_HEIGHT * (0.5 + 0.30 * sin(0.5 * t + 1.0))};
    const double strength[SPOTS] = {30000.0, 18000.0};
    const unsigned columns = CAMERA_WIDTH / CAMERA_TILE_WIDTH;
    camera_line across[CAMERA_TILE_WIDTH];

    tile->image = image;
    tile->tile = (uint16_t)index;
    tile->tiles = CAMERA_TILES;
    tile->x = (uint16_t)(index % columns * CAMERA_TILE_WIDTH);
    tile->y = (uint16_t)(index / columns * CAMERA_TILE_HEIGHT);
    tile->width = CAMERA_TILE_WIDTH;
    tile->height = CAMERA_TILE_HEIGHT;
    for (unsigned x = 0; x < CAMERA_TILE_WIDTH; x++) {
        double place = tile->x + x;
        across[x] = line_at(place, 0.20 * place - 2.0 * t, spots_x, 14.0);
    }
    for (unsigned y = 0; y < CAMERA_TILE_HEIGHT; y++) {
        double place = tile->y + y;
        camera_line down = line_at(place, 0.07 * place, spots_y, 14.0);
        for (unsigned x = 0; x < CAMERA_TILE_WIDTH; x++) {
            double value =
                10000.0 + 6000.0 * (across[x].cosine * down.cosine - across[x].sine * down.sine);
            for (int i = 0; i < SPOTS; i++)
                value += strength[i] * across[x].spots[i] * down.spots[i];
            pixels[y * CAMERA_TILE_WIDTH + x] = (uint16_t)value;
        }
    }
}
