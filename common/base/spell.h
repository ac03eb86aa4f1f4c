/* SPDX-License-Identifier: ISC */
/*
 * Misspelt words.
 */

#ifndef SPELL_H
#define SPELL_H

#include <stdbool.h>

#define SPELL_FAR	99

/* The number of changes of one letter between two words, at most SPELL_FAR. */
unsigned int spell_distance(const char *, const char *);
/*
 * True if word may be a slip for this one, and this one is nearer than distance,
 * which then is its distance.  It begins with SPELL_FAR.
 */
bool spell_near(const char *word, const char *meant, unsigned int *distance);

#endif
