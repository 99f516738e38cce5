struct iq {
    float i, q;
};
static inline void iq_clear(struct iq *one) { board_clear(one, sizeof *one); }
