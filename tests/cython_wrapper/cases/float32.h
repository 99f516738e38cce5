struct iq {
    _Float32 i;
    _Float64 q;
};
