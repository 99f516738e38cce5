/* Who wants which tiles of the demo driver's large image, and until when. */
#include "check.h"
#include "wants.h"

static wants all;

/* A wish for `count` tiles of level 1, the first of them at x = `from` tiles. */
static int take(uint64_t viewer, uint32_t rate, uint32_t from, size_t count, double now) {
    size_t size = sizeof(struct want_tiles) + WANTS_TILES * sizeof(struct wanted_tile);
    struct want_tiles *wish = calloc(1, size);
    CHECK(wish != NULL);
    wish->viewer = viewer;
    wish->rate = rate;
    for (size_t i = 0; i < count; i++) {
        wish->tiles[i].x = (uint32_t)(from + i) * IMAGE_TILE_SIZE;
        wish->tiles[i].level = 1;
    }
    int taken = wants_take(&all, wish, count, now);
    free(wish);
    return taken;
}

static size_t published(void) {
    size_t count = 0;
    for (size_t i = 0; i < WANTS_VIEWERS; i++)
        for (size_t k = 0; k < all.viewers[i].count; k++)
            count += !wants_doubly(&all, i, k);
    return count;
}

static void a_wish_is_replaced_and_ends(void) {
    memset(&all, 0, sizeof all);
    CHECK_EQUAL(wants_rate(&all, 5), 0);
    CHECK_EQUAL(take(7, 30, 0, 4, 10), 0);
    CHECK_EQUAL(published(), 4);
    CHECK_EQUAL(take(7, 20, 0, 2, 11), 0);
    CHECK_EQUAL(published(), 2);
    CHECK_EQUAL(wants_rate(&all, 11 + WANTS_LEASE - 0.1), 20);
    CHECK_EQUAL(wants_rate(&all, 11 + WANTS_LEASE), 0); /* it went without a word */
    CHECK_EQUAL(published(), 0);
}

static void viewers_share_tiles(void) {
    memset(&all, 0, sizeof all);
    CHECK_EQUAL(take(1, 30, 0, 4, 0), 0);
    CHECK_EQUAL(take(2, 60, 2, 4, 0), 0);
    CHECK_EQUAL(wants_rate(&all, 0), 60);
    CHECK_EQUAL(published(), 6);
    all.viewers[1].format = FLOAT64; /* another kind of pixels is another tile */
    CHECK_EQUAL(published(), 8);
    all.viewers[0].tiles[1] = all.viewers[0].tiles[0]; /* asked for twice by one viewer */
    CHECK_EQUAL(published(), 7);
    CHECK_EQUAL(take(2, 60, 0, 0, 1), 0); /* it looks at nothing */
    CHECK_EQUAL(wants_rate(&all, 1), 30);
    CHECK_EQUAL(take(1, 30, 0, 1, 2), 0);
    CHECK_EQUAL(wants_rate(&all, 1.5 + WANTS_LEASE), 30); /* the second one has left */
    CHECK_EQUAL(published(), 1);
}

static void there_is_room_for_so_many(void) {
    memset(&all, 0, sizeof all);
    for (uint64_t viewer = 0; viewer < WANTS_VIEWERS; viewer++)
        CHECK_EQUAL(take(viewer, 60, 0, WANTS_TILES, (double)viewer / 100), 0);
    CHECK_EQUAL(published(), WANTS_TILES);
    CHECK_EQUAL(take(99, 60, 0, 1, 1), -1);
    CHECK_EQUAL(take(3, 60, 0, 1, 1), 0); /* who is there may look elsewhere */
    CHECK_EQUAL(take(99, 60, 0, 1, WANTS_LEASE), 0);
    CHECK_EQUAL(take(98, 60, 0, 1, WANTS_LEASE), -1);
}

int main(int argc, char **argv) {
    RUN(a_wish_is_replaced_and_ends);
    RUN(viewers_share_tiles);
    RUN(there_is_room_for_so_many);
    return 0;
}
