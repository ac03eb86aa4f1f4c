/* SPDX-License-Identifier: ISC */
/*
 * The way codecs are written, after the filters of RFC 4506: one function walks
 * over the fields of a message and serves both directions, so that put and get
 * cannot disagree.  The same walk measures the shortest and the longest
 * message: then there is no buffer, every length is the smallest or the
 * largest, and no check fails.  Private to msg_*.c and proto.c.
 */

#ifndef CODEC_H
#define CODEC_H

#include "proto.h"

enum codec_mode {
	CODEC_PUT,
	CODEC_GET,
	CODEC_MIN,
	CODEC_MAX
};

struct codec {
	enum codec_mode	 mode;
	struct ibuf	*b;	/* NULL while measuring */
	size_t		 size;	/* bytes that were measured */
};

/* Each function moves one field and returns 0, or -1 with errno. */
int	 codec_n8(struct codec *, uint8_t *);
int	 codec_n16(struct codec *, uint16_t *);
int	 codec_n32(struct codec *, uint32_t *);
int	 codec_n64(struct codec *, uint64_t *);
int	 codec_time(struct codec *, int64_t *);		/* not negative */
int	 codec_bool(struct codec *, uint8_t *);		/* 0 or 1 */
int	 codec_bytes(struct codec *, void *, size_t);
int	 codec_key(struct codec *, uint8_t *);
int	 codec_str(struct codec *, char *, size_t);
/* A new name of somebody, in which nothing is invisible. */
int	 codec_name(struct codec *, char *, size_t);
/* An id of a request, or "". */
int	 codec_reqid(struct codec *, char *);
/* A member of an enum or a count, in lo..hi. */
int	 codec_range(struct codec *, uint8_t *, uint8_t lo, uint8_t hi);
/* A number of at most hi. */
int	 codec_upto(struct codec *, uint32_t *, uint32_t hi);
/*
 * A number in 0..set and, if it is set, a preshared key, which is not zero.
 */
int	 codec_psk(struct codec *, uint8_t *how, uint8_t set, uint8_t *psk);
/* The length of the field that follows, in lo..hi. */
int	 codec_len(struct codec *, uint16_t *, uint16_t lo, uint16_t hi);
/* A prefix or, where none is allowed, a single zero byte. */
int	 codec_prefix(struct codec *, struct prefix *);
int	 codec_prefix_none(struct codec *, struct prefix *);
/* A count in lo..max, and then as many prefixes. */
int	 codec_prefixes(struct codec *, uint8_t *n, struct prefix *, uint8_t lo,
	    uint8_t max);
/* A count in lo..max, and then as many blocks, which are well made. */
int	 codec_blocks(struct codec *, uint8_t *n, struct block *, uint8_t lo,
	    uint8_t max);
/* A duration: seconds up to DURATION_MAX, or LEASE_NEVER. */
int	 codec_duration(struct codec *, uint32_t *);
int	 codec_contact(struct codec *, struct contact *);
/* TRAFFIC_N counts. */
int	 codec_counts(struct codec *, struct msg_count *);
/* Refuse the message unless ok: -1 with errno EBADMSG or EINVAL. */
int	 codec_check(const struct codec *, bool ok);

#define X(NAME, name, val, from, to, fd)				\
	int	 codec_msg_##name(struct codec *, struct msg_##name *);
#define E(NAME, name, val, from, to)
MSG_CATALOGUE(X, E)
#undef X
#undef E

#endif
