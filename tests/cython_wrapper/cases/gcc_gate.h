#if !defined(__GNUC__) || __GNUC__ < 5
#error "this SDK needs GCC 5 or newer"
#endif
struct iq {
    float i, q;
};
