/* Replies to commands, on their way into the lane of the peer that asked. */
#ifndef CWI_REPLY_H
#define CWI_REPLY_H

#include "link.h"

enum { CWI_REPLY_TEXT = 1024 }; /* bytes of an error reply's text, with its NUL */

/* Answers a command with an error of the library's own. `text` has less than CWI_REPLY_TEXT bytes.
 * Only the polling thread calls it. */
void cwi_reply_refuse(cwi_peer *peer, const cwire_header *header, int code, const char *text);

/* Gives the answer that a handler left to the library; `result` is what the handler returned. Only
 * the polling thread calls it. */
void cwi_reply_finish(cwire *link, cwire_token token, int result);

#endif
