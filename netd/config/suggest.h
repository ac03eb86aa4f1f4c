/* SPDX-License-Identifier: ISC */
/*
 * Suggestions for misspelt words.
 */

#ifndef SUGGEST_H
#define SUGGEST_H

/* The child of prefix that is most like name, or NULL if none is near. */
const char *suggest_word(const char *prefix, const char *name);

#endif
