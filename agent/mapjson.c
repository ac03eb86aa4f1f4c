/* SPDX-License-Identifier: ISC */
/*
 * Each value is checked here for itself; map.c checks whether an answer fits
 * the map so far.  A server that has been captured can say what it likes in
 * this form, and the hand judges that.
 */

#include <arpa/inet.h>
#include <netinet/in.h>

#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mapjson.h"
#include "printable.h"

struct reader {
	char		*err;
	size_t		 errsize;
	const char	*net;		/* its UUID for the text, or "" */
};

static int fail(const struct reader *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

static int
fail(const struct reader *r, const char *fmt, ...)
{
	va_list ap;
	int n = 0;

	if (r->net[0] != '\0')
		n = snprintf(r->err, r->errsize, "network %s: ", r->net);
	va_start(ap, fmt);
	vsnprintf(r->err + n, r->errsize - (size_t)n, fmt, ap);
	va_end(ap);
	return (-1);
}

uint64_t
mapjson_member(const char *s)
{
	const char *why;
	long long n;

	/* strtonum(3) would take blanks, signs and leading zeroes. */
	if (s[0] != 'm' || s[1] < '1' || s[1] > '9')
		return (0);
	n = strtonum(s + 1, 1, INT64_MAX, &why);
	return (why == NULL ? (uint64_t)n : 0);
}

int
mapjson_endpoint(const char *s, struct map_endpoint *e)
{
	memset(e, 0, sizeof(*e));
	if (endpoint_parse(s, &e->addr, &e->port) == -1) {
		errno = EINVAL;
		return (-1);
	}
	if (e->addr.family != 0 && e->port != 0 && !prefix_is_local(&e->addr))
		return (0);
	errno = prefix_is_local(&e->addr) ? EADDRNOTAVAIL : EINVAL;
	memset(e, 0, sizeof(*e));
	return (-1);
}

/* A text of at most size - 1 bytes, in which nothing is invisible. */
static int
get_text(const struct reader *r, const json_t *o, const char *name, char *dst,
    size_t size)
{
	const json_t *v;
	size_t len;

	dst[0] = '\0';
	if ((v = json_object_get(o, name)) == NULL || json_is_null(v))
		return (0);
	len = json_string_length(v);
	if (!json_is_string(v) || len >= size ||
	    (len > 0 && !printable_utf8(json_string_value(v), len)))
		return (fail(r, "%s is no text of at most %zu bytes", name,
		    size - 1));
	memcpy(dst, json_string_value(v), len + 1);
	return (0);
}

static int
get_bool(const struct reader *r, const json_t *o, const char *name, bool *b)
{
	const json_t *v;

	*b = false;
	if ((v = json_object_get(o, name)) == NULL)
		return (0);
	if (!json_is_boolean(v))
		return (fail(r, "%s is neither true nor false", name));
	*b = json_is_true(v);
	return (0);
}

/* A number that must be there if it is needed, else 0 stands for none. */
static int
get_number(const struct reader *r, const json_t *o, const char *name,
    uint64_t max, bool needed, uint64_t *n)
{
	const json_t *v;

	*n = 0;
	v = json_object_get(o, name);
	if (v == NULL && !needed)
		return (0);
	if (!json_is_integer(v) || json_integer_value(v) < 0 ||
	    (uint64_t)json_integer_value(v) > max)
		return (fail(r, "%s is no number of at most %llu", name,
		    (unsigned long long)max));
	*n = (uint64_t)json_integer_value(v);
	return (0);
}

/* The items of a list that may be absent. */
static int
get_list(const struct reader *r, const json_t *o, const char *name, size_t max,
    const json_t **list, size_t *n)
{
	*n = 0;
	*list = json_object_get(o, name);
	if (*list == NULL || json_is_null(*list))
		return (0);
	if (!json_is_array(*list) || json_array_size(*list) > max)
		return (
		    fail(r, "%s is no list of at most %zu items", name, max));
	*n = json_array_size(*list);
	return (0);
}

static const char *
item_text(const json_t *list, size_t i)
{
	const char *s;

	/* A NUL inside would end the text early: then it is no value. */
	s = json_string_value(json_array_get(list, i));
	if (s == NULL ||
	    strlen(s) != json_string_length(json_array_get(list, i)))
		return ("");
	return (s);
}

static int
get_prefixes(const struct reader *r, const json_t *o, const char *name,
    struct prefix *dst, uint8_t max, bool canonical, uint8_t *n)
{
	const json_t *list;
	size_t i, len;

	if (get_list(r, o, name, max, &list, &len) == -1)
		return (-1);
	for (i = 0; i < len; i++)
		if (prefix_parse(item_text(list, i), &dst[i]) == -1 ||
		    (canonical && !prefix_is_canonical(&dst[i])))
			return (fail(r, "%s[%zu] is no address or prefix", name,
			    i));
	*n = (uint8_t)len;
	return (0);
}

static int
get_endpoint(const struct reader *r, const json_t *o, const char *name,
    struct map_endpoint *e)
{
	char text[ENDPOINT_TEXT];

	if (get_text(r, o, name, text, sizeof(text)) == -1)
		return (-1);
	/* A device may have said it of itself: a useless one is no error. */
	if (text[0] != '\0' && mapjson_endpoint(text, e) == -1 &&
	    errno != EADDRNOTAVAIL)
		return (fail(r, "%s %s is no address and port", name, text));
	return (0);
}

static int
get_member(const struct reader *r, const json_t *o, const char *name,
    bool needed, uint64_t *id)
{
	const json_t *v;

	*id = 0;
	v = json_object_get(o, name);
	if ((v == NULL || json_is_null(v)) && !needed)
		return (0);
	if (!json_is_string(v) ||
	    (*id = mapjson_member(json_string_value(v))) == 0)
		return (fail(r, "%s is no id of a member", name));
	return (0);
}

static int
get_members(const struct reader *r, const json_t *o, const char *name,
    uint64_t *dst, size_t n, const json_t *list)
{
	size_t i;

	for (i = 0; i < n; i++)
		if ((dst[i] = mapjson_member(item_text(list, i))) == 0)
			return (
			    fail(r, "%s[%zu] is no id of a member", name, i));
	return (0);
}

static int
get_nat(const struct reader *r, const json_t *o, uint8_t *nat)
{
	static const char *const words[] = { "unknown", "open", "cone",
		"hard" };
	char text[16];
	uint8_t i;

	*nat = MAP_NAT_UNKNOWN;
	if (get_text(r, o, "nat", text, sizeof(text)) == -1)
		return (-1);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(text, words[i]) == 0)
			*nat = i;
	/* An unknown word is an unknown NAT. */
	return (0);
}

static int
get_key(const struct reader *r, const json_t *o, const char *name,
    uint8_t key[WGKEY_LEN])
{
	const json_t *v;

	v = json_object_get(o, name);
	if (!json_is_string(v) ||
	    wgkey_parse(json_string_value(v), json_string_length(v), key) ==
		-1 ||
	    !wgkey_usable(key))
		return (fail(r, "%s is no key that a peer can have", name));
	return (0);
}

/* Hosts, of each family at most one. */
static int
check_hosts(const struct reader *r, const struct map_peer *p)
{
	uint8_t i;

	if (p->naddrs == 0)
		return (fail(r, "a member has no address"));
	for (i = 0; i < p->naddrs; i++)
		if (!prefix_is_host(&p->addrs[i]) ||
		    (i > 0 && p->addrs[i].family == p->addrs[0].family))
			return (fail(r,
			    "a member has other addresses than one of IPv4 and one of IPv6"));
	return (0);
}

static int
get_locals(const struct reader *r, const json_t *o, struct map_peer *p)
{
	const json_t *list;
	size_t i, n;

	if (get_list(r, o, "local", MAP_LOCAL_MAX, &list, &n) == -1)
		return (-1);
	/* Another device says these of itself: a useless one is no error. */
	for (i = 0; i < n; i++)
		if (mapjson_endpoint(item_text(list, i),
		    &p->local[p->nlocal]) == 0)
			p->nlocal++;
	return (0);
}

static int
parse_peer(const struct reader *r, const json_t *o, struct map_peer *p)
{
	if (!json_is_object(o))
		return (fail(r, "a member is no object"));
	if (get_member(r, o, "id", true, &p->id) == -1 ||
	    get_member(r, o, "via", false, &p->via) == -1 ||
	    get_key(r, o, "key", p->key) == -1 ||
	    get_bool(r, o, "relay", &p->relay) == -1 ||
	    get_bool(r, o, "hub", &p->hub) == -1 ||
	    get_nat(r, o, &p->nat) == -1 ||
	    get_prefixes(r, o, "addresses", p->addrs, 2, true, &p->naddrs) ==
	    -1 ||
	    get_prefixes(r, o, "egress", p->egress, MAP_EGRESS_MAX, true,
		&p->negress) == -1 ||
	    get_endpoint(r, o, "endpoint", &p->endpoint) == -1 ||
	    get_locals(r, o, p) == -1)
		return (-1);
	return (check_hosts(r, p));
}

/* The roles of this device in the network. */
static int
get_roles(const struct reader *r, const json_t *o, struct map_self *s)
{
	const json_t *list;
	size_t i, n;

	if (get_list(r, o, "role", 8, &list, &n) == -1)
		return (-1);
	for (i = 0; i < n; i++) {
		s->relay |= strcmp(item_text(list, i), "relay") == 0;
		s->hub |= strcmp(item_text(list, i), "hub") == 0;
	}
	return (0);
}

static int
get_state(const struct reader *r, const json_t *o, struct map_self *s)
{
	char text[16];

	if (get_text(r, o, "state", text, sizeof(text)) == -1)
		return (-1);
	s->state = MAP_SUSPENDED;
	if (strcmp(text, "active") == 0)
		s->state = MAP_ACTIVE;
	else if (strcmp(text, "invited") == 0)
		s->state = MAP_INVITED;
	if (get_text(r, o, "topology", text, sizeof(text)) == -1)
		return (-1);
	s->hub_topology = strcmp(text, "hub") == 0;
	return (0);
}

static int
get_stun(const struct reader *r, const json_t *o, struct map_self *s)
{
	const json_t *list;
	const char *text;
	size_t i, n;

	if (get_list(r, o, "stun", 16, &list, &n) == -1)
		return (-1);
	for (i = 0; i < n && s->nstun < MAP_STUN_MAX; i++) {
		text = item_text(list, i);
		if (text[0] == '\0' || strlen(text) >= MAP_HOST ||
		    !printable_utf8(text, strlen(text)))
			return (fail(r, "stun[%zu] is no server", i));
		strlcpy(s->stun[s->nstun++], text, MAP_HOST);
	}
	return (0);
}

static int
check_own(const struct reader *r, const struct map_self *s)
{
	uint8_t i;

	if (s->naddrs == 0)
		return (fail(r, "self has no address"));
	for (i = 0; i < s->naddrs; i++)
		if (s->addrs[i].len < 8 ||
		    (i > 0 && s->addrs[i].family == s->addrs[0].family))
			return (fail(r,
			    "self has other addresses than one of IPv4 and one of IPv6"));
	return (0);
}

static int
parse_self(const struct reader *r, const json_t *o, struct map_self *s)
{
	uint64_t port, keepalive;

	if (!json_is_object(o))
		return (fail(r, "self is no object"));
	if (get_member(r, o, "member", true, &s->member) == -1 ||
	    get_member(r, o, "via", false, &s->via) == -1 ||
	    get_prefixes(r, o, "address", s->addrs, 2, false, &s->naddrs) ==
	    -1 ||
	    get_prefixes(r, o, "egress", s->egress, MAP_EGRESS_MAX, true,
		&s->negress) == -1 ||
	    get_number(r, o, "port", UINT16_MAX, false, &port) == -1 ||
	    get_number(r, o, "keepalive", UINT16_MAX, false, &keepalive) ==
	    -1 ||
	    get_bool(r, o, "need_key", &s->need_key) == -1 ||
	    get_endpoint(r, o, "endpoint", &s->endpoint) == -1 ||
	    get_nat(r, o, &s->nat) == -1 || get_roles(r, o, s) == -1 ||
	    get_state(r, o, s) == -1 || get_stun(r, o, s) == -1 ||
	    get_text(r, o, "dns", s->dns, sizeof(s->dns)) == -1)
		return (-1);
	s->port = (uint16_t)port;
	s->keepalive = (uint16_t)keepalive;
	return (check_own(r, s));
}

static int
parse_rendezvous(const struct reader *r, const json_t *o,
    struct map_rendezvous *v)
{
	if (!json_is_object(o))
		return (fail(r, "rendezvous is no object"));
	if (get_key(r, o, "key", v->key) == -1)
		return (-1);
	return (get_text(r, o, "endpoint", v->endpoint, sizeof(v->endpoint)));
}

/* The form of a UUID: 36 characters, digits in lower case. */
static bool
is_uuid(const char *s)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	size_t i;

	for (i = 0; form[i] != '\0'; i++)
		if (form[i] == '-' ? s[i] != '-' :
				     s[i] == '\0' ||
			    strchr("0123456789abcdef", s[i]) == NULL)
			return (false);
	return (s[i] == '\0');
}

static int
parse_peers(const struct reader *r, const json_t *o, struct map_update *u)
{
	const json_t *list;
	size_t i, n;

	if (get_list(r, o, "peers", MAP_PEERS_MAX, &list, &n) == -1)
		return (-1);
	if (n > 0 && (u->peers = calloc(n, sizeof(*u->peers))) == NULL)
		return (fail(r, "out of memory"));
	for (i = 0; i < n; i++)
		if (parse_peer(r, json_array_get(list, i), &u->peers[i]) == -1)
			return (-1);
	u->npeers = (unsigned int)n;
	return (0);
}

static int
parse_ids(const struct reader *r, const json_t *o, struct map_update *u)
{
	const json_t *list;
	size_t n;

	if (get_list(r, o, "gone", MAP_GONE_MAX, &list, &n) == -1)
		return (-1);
	if (n > 0 && (u->gone = calloc(n, sizeof(*u->gone))) == NULL)
		return (fail(r, "out of memory"));
	u->ngone = (unsigned int)n;
	if (get_members(r, o, "gone", u->gone, n, list) == -1 ||
	    get_list(r, o, "want", MAP_WANT_MAX, &list, &n) == -1)
		return (-1);
	u->nwant = (uint8_t)n;
	return (get_members(r, o, "want", u->want, n, list));
}

static int
parse_facts(const struct reader *r, const json_t *o, struct map_update *u)
{
	const json_t *v;

	if ((v = json_object_get(o, "self")) != NULL && !json_is_null(v)) {
		u->has_self = true;
		if (parse_self(r, v, &u->self) == -1)
			return (-1);
	}
	v = json_object_get(o, "rendezvous");
	if (v == NULL)
		return (0);
	/* null: there is none any more */
	u->has_rendezvous = true;
	return (json_is_null(v) ? 0 : parse_rendezvous(r, v, &u->rendezvous));
}

static int
parse_net(struct reader *r, const json_t *o, struct map_update *u)
{
	const json_t *base;

	r->net = "";
	if (!json_is_object(o))
		return (fail(r, "a network is no object"));
	if (get_text(r, o, "id", u->uuid, sizeof(u->uuid)) == -1)
		return (-1);
	if (!is_uuid(u->uuid))
		return (fail(r, "the id of a network is no UUID"));
	r->net = u->uuid;
	base = json_object_get(o, "base");
	u->full = base == NULL || json_is_null(base);
	if (!u->full &&
	    get_number(r, o, "base", INT64_MAX, true, &u->base) == -1)
		return (-1);
	if (get_text(r, o, "name", u->name, sizeof(u->name)) == -1 ||
	    get_number(r, o, "gen", INT64_MAX, true, &u->gen) == -1 ||
	    get_bool(r, o, "more", &u->more) == -1 ||
	    parse_facts(r, o, u) == -1 || parse_peers(r, o, u) == -1)
		return (-1);
	return (parse_ids(r, o, u));
}

static bool
is_epoch(const char *s)
{
	return (s[0] != '\0' && s[strspn(s, "0123456789abcdef")] == '\0');
}

static int
parse_answer(struct reader *r, const json_t *root, struct map_answer *a)
{
	const json_t *list;
	uint64_t schema, spread;
	size_t i, n;

	if (!json_is_object(root))
		return (fail(r, "the answer is no object"));
	if (get_number(r, root, "schema", INT64_MAX, true, &schema) == -1 ||
	    get_number(r, root, "retry_spread", 86400, false, &spread) == -1 ||
	    get_text(r, root, "epoch", a->epoch, sizeof(a->epoch)) == -1)
		return (-1);
	if (schema != 1)
		return (fail(r, "its schema is %llu, and 1 is known here",
		    (unsigned long long)schema));
	if (!is_epoch(a->epoch))
		return (fail(r, "epoch is no hexadecimal number"));
	a->retry_spread = (unsigned int)spread;
	if (!json_is_array(json_object_get(root, "networks")))
		return (fail(r, "networks is no list"));
	if (get_list(r, root, "networks", MAP_NETS_MAX, &list, &n) == -1)
		return (-1);
	if (n > 0 && (a->nets = calloc(n, sizeof(*a->nets))) == NULL)
		return (fail(r, "out of memory"));
	a->nnets = (unsigned int)n;
	for (i = 0; i < n; i++)
		if (parse_net(r, json_array_get(list, i), &a->nets[i]) == -1)
			return (-1);
	return (0);
}

int
mapjson_parse(const char *buf, size_t len, struct map_answer *a, char *err,
    size_t errsize)
{
	struct reader r = { err, errsize, "" };
	json_error_t je;
	json_t *root;
	int ret;

	memset(a, 0, sizeof(*a));
	if (len > MAPJSON_MAX)
		return (fail(&r, "more than %d bytes", MAPJSON_MAX));
	if ((root = json_loadb(buf, len, JSON_REJECT_DUPLICATES, &je)) == NULL)
		return (fail(&r, "no JSON at byte %d", je.position));
	if ((ret = parse_answer(&r, root, a)) == -1)
		map_answer_clear(a);
	json_decref(root);
	return (ret);
}
