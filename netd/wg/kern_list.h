/* SPDX-License-Identifier: ISC */
/*
 * Lists of routes, rules and elements that grow as they are read.
 */

#ifndef KERN_LIST_H
#define KERN_LIST_H

#include "kern_ops.h"

/* Add a copy.  Returns 0, or -1 with errno ENOMEM and the list unchanged. */
int	 kern_routes_add(struct kern_routes *, const struct kern_route *);
int	 kern_rules_add(struct kern_rules *, const struct kern_rule *);
int	 kern_fw_elems_add(struct kern_fw_elems *, const struct kern_fw_elem *);
/* Free the contents; the list is empty then. */
void	 kern_routes_clear(struct kern_routes *);
void	 kern_rules_clear(struct kern_rules *);
void	 kern_fw_elems_clear(struct kern_fw_elems *);

#endif
