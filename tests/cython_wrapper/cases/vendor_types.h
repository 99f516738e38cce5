/** @msg 1 */
struct motor { U8 index; UINT16 turns; BYTE state; F32 amperes; };
