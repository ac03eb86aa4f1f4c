/* SPDX-License-Identifier: ISC */
/*
 * Suggestions for misspelt words.
 */

#ifndef SUGGEST_H
#define SUGGEST_H

/* The number of changes of one letter between two words, at most 99. */
unsigned int suggest_distance(const char *, const char *);
/* The child of prefix that is most like name, or NULL if none is near. */
const char *suggest_word(const char *prefix, const char *name);

#endif
