/* The frames that peers send: control frames, and commands for the program's handlers. These
 * functions decide what is to be done about a frame; peer.c does it.
 */
#ifndef CWI_COMMAND_H
#define CWI_COMMAND_H

#include "link.h"
#include "reply.h"

enum cwi_action {
    CWI_HANDLE,  /* the frame is admitted: pass it to cwi_command_handle once it is whole */
    CWI_HANDLED, /* a command: its handler was called */
    CWI_DONE,    /* a control frame that asks for nothing more */
    CWI_REFUSE,  /* a command: answer it with an error reply of this code and text */
    CWI_STREAM,  /* the answer to the hello is good: let frames flow to the peer */
    CWI_SHARE,   /* the same, and it asks for the ring */
    CWI_CLOSE,   /* the peer said bye: close the connection */
    CWI_DISMISS  /* the peer broke the protocol: disconnect it with this code and text */
};

/* The decision about one frame. `code` and `text` are set for CWI_REFUSE and CWI_DISMISS only:
 * nothing clears a kilobyte for each command. */
typedef struct cwi_verdict {
    enum cwi_action action;
    int code;
    char text[CWI_REPLY_TEXT];
} cwi_verdict;

/* Decides about a frame by its header alone, before its payload has come. Pure: reads the peer's
 * state and its link's schema and handlers, and takes no lock. Returns verdict->action: CWI_HANDLE,
 * CWI_REFUSE or CWI_DISMISS. */
enum cwi_action cwi_command_admit(const cwi_peer *peer, const cwire_header *header,
                                  cwi_verdict *verdict);

/* Handles a whole, admitted frame: calls a command's handler, and notes what messages a peer wants.
 * Returns verdict->action, which is never CWI_HANDLE. */
enum cwi_action cwi_command_handle(cwi_peer *peer, const cwire_header *header,
                                   const uint8_t *payload, cwi_verdict *verdict);

#endif
