/* What peers send: control frames, and commands for the program's handlers. */
#ifndef CWI_COMMAND_H
#define CWI_COMMAND_H

#include "link.h"

/* What to do with a frame whose header has come, before its payload has. Returns 1: handle it once
 * it is whole; 0: it was refused, skip it; -1: the peer was dismissed. */
int cwi_command_admit(cwi_peer *peer, const cwire_header *header);

/* Handles a whole, admitted frame. Returns the commands handled, 0 or 1. */
int cwi_command_handle(cwi_peer *peer, const cwire_header *header, const uint8_t *payload);

#endif
