/* SPDX-License-Identifier: ISC */
/*
 * What a misspelt word may have meant.
 */

#ifndef SUGGEST_H
#define SUGGEST_H

/* The number of single-letter changes between two words, at most 99. */
unsigned int suggest_distance(const char *, const char *);
/* The child of prefix most like name, or NULL if none is near. */
const char *suggest_word(const char *prefix, const char *name);

#endif
