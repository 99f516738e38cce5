/* Firmware without a libc: the header brings its own. arm-none-eabi: size_t is unsigned int. */
typedef unsigned long size_t;
typedef unsigned short wchar_t;
struct slot {
    unsigned char kind;
    unsigned int bytes;
};
