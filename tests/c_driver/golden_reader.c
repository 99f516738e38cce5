/* Reads the frames of a golden file, prints them, and writes them anew: `golden_reader IN OUT`. */
#include "check.h"
#include "cwire_frame.h"

static void print_frame(const cwire_header *header, const uint8_t *payload) {
    printf("%lu %u %u %u %lu %lu %llu ", (unsigned long)header->size, header->type, header->flags,
           header->source, (unsigned long)header->sequence, (unsigned long)header->request,
           (unsigned long long)header->time_ns);
    for (uint32_t i = 0; i < header->size - CWIRE_HEADER_SIZE; i++)
        printf("%02x", payload[i]);
    printf("\n");
}

int main(int argc, char **argv) {
    static const char *const faults[] = {"", "short", "large", "flags"};
    static uint8_t bytes[1 << 16];
    static uint8_t again[1 << 16];
    CHECK_EQUAL(argc, 3);
    FILE *in = fopen(argv[1], "rb"), *out = fopen(argv[2], "wb");
    CHECK(in && out);
    size_t length = fread(bytes, 1, sizeof bytes, in), at = 0;
    while (at < length) {
        cwire_header header;
        size_t span;
        int fault = cwire_frame_check(bytes + at, length - at, CWIRE_FRAME_LIMIT, &span);
        if (fault != CWIRE_FRAME_OK) {
            printf("%s\n", faults[-fault]);
            break;
        }
        CHECK(span > 0 && span <= length - at);
        cwire_header_load(&header, bytes + at);
        print_frame(&header, bytes + at + CWIRE_HEADER_SIZE);
        cwire_header_store(again + at, &header);
        memcpy(again + at + CWIRE_HEADER_SIZE, bytes + at + CWIRE_HEADER_SIZE,
               header.size - CWIRE_HEADER_SIZE);
        at += span;
    }
    CHECK_EQUAL(fwrite(again, 1, at, out), at);
    fclose(in);
    CHECK_EQUAL(fclose(out), 0);
    return 0;
}
