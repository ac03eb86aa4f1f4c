/* SPDX-License-Identifier: ISC */
/*
 * mint: certificates for the tests, the demo and the benchmark.  The usage text
 * below is the manual.
 */

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <sys/stat.h>

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mint.h"

static const char usage_text[] =
    "usage: mint ca DIR [OPTION ...]          DIR/ca.crt ca.key ca.crl\n"
    "       mint cert DIR NAME client|server [OPTION ...]\n"
    "                                         DIR/NAME.crt NAME.key, CN NAME\n"
    "       mint bulk DIR N PREFIX [OPTION ...]\n"
    "                                         DIR/bundle.pem: N times a key\n"
    "                                         and its certificate, CN PREFIXi,\n"
    "                                         i from start= (1)\n"
    "       mint crl DIR [NAME|SERIAL ...] [OPTION ...]\n"
    "                                         DIR/ca.crl; NAME is DIR/NAME.crt,\n"
    "                                         SERIAL hexadecimal\n"
    "       mint serial FILE                  print a certificate's serial\n"
    "options:\n"
    "  by=NAME        issuer DIR/NAME.crt and .key (ca); by=self: itself\n"
    "  cn=TEXT        another CN; \\r \\n \\0 \\xHH are understood; empty: none\n"
    "  cn2=TEXT       a second CN\n"
    "  key=TYPE       p256 (default) p384 p224 ed25519 rsa2048 rsa1024 ...\n"
    "  eku=LIST       client,server,any,email; none\n"
    "  san=TEXT       DNS:a,IP:127.0.0.1 (server: DNS:localhost,IP:127.0.0.1,\n"
    "                 IP:::1)\n"
    "  from=S until=S validity in seconds from now (-3600, 2592000)\n"
    "  ca=1 pathlen=N a CA certificate\n"
    "  crit=1         with an unknown critical extension\n"
    "  bare=1         without key identifiers\n"
    "  pad=N          with N bytes of ballast\n"
    "  serial=N       decimal; random\n"
    "  usage=TEXT     keyUsage, as OpenSSL has it; empty: none\n"
    "  scope=TEXT number=N base=N\n"
    "                 issuingDistributionPoint and numbers of a CRL\n"
    "  chain=1        append DIR/ISSUER.crt to the .crt (an intermediate's)\n"
    "  out=NAME       write DIR/NAME.crt and .key, or DIR/NAME for a CRL\n"
    "  start=N        of bulk\n";

struct opts {
	struct mint_spec spec;
	struct mint_crl_spec crl;
	char		 cn[65536];
	const char	*by;
	const char	*out;
	bool		 chain;
	bool		 cn_set;
	unsigned long	 start;
};

static void
usage(void)
{
	fputs(usage_text, stderr);
	exit(64);
}

static size_t
unescape(char *dst, size_t size, const char *src)
{
	char hex[3] = "";
	size_t n = 0;

	for (; *src != '\0' && n < size - 1; src++) {
		if (*src != '\\' || src[1] == '\0') {
			dst[n++] = *src;
			continue;
		}
		src++;
		if (*src == 'x' && src[1] != '\0' && src[2] != '\0') {
			memcpy(hex, src + 1, 2);
			dst[n++] = (char)strtoul(hex, NULL, 16);
			src += 2;
		} else
			dst[n++] = *src == 'r' ? '\r' :
			    *src == 'n'	       ? '\n' :
			    *src == '0'	       ? '\0' :
						 *src;
	}
	dst[n] = '\0';
	return (n);
}

static bool
option_text(struct opts *o, const char *word, const char *value)
{
	if (strcmp(word, "cn") == 0) {
		o->spec.cn_len = unescape(o->cn, sizeof(o->cn), value);
		o->spec.cn = o->spec.cn_len == 0 ? NULL : o->cn;
		o->cn_set = true;
	} else if (strcmp(word, "cn2") == 0)
		o->spec.cn2 = value;
	else if (strcmp(word, "key") == 0)
		o->spec.key = value;
	else if (strcmp(word, "eku") == 0)
		o->spec.eku = strcmp(value, "none") == 0 ? NULL : value;
	else if (strcmp(word, "san") == 0)
		o->spec.san = value;
	else if (strcmp(word, "scope") == 0)
		o->crl.scope = value;
	else if (strcmp(word, "usage") == 0)
		o->spec.usage = value;
	else if (strcmp(word, "by") == 0)
		o->by = value;
	else if (strcmp(word, "out") == 0)
		o->out = value;
	else
		return (false);
	return (true);
}

static bool
option_number(struct opts *o, const char *word, long long value)
{
	if (strcmp(word, "from") == 0)
		o->spec.from = value;
	else if (strcmp(word, "until") == 0)
		o->spec.until = value;
	else if (strcmp(word, "ca") == 0)
		o->spec.ca = value != 0;
	else if (strcmp(word, "pathlen") == 0)
		o->spec.pathlen = (int)value + 1;
	else if (strcmp(word, "crit") == 0)
		o->spec.critical = value != 0;
	else if (strcmp(word, "bare") == 0)
		o->spec.bare = value != 0;
	else if (strcmp(word, "pad") == 0)
		o->spec.pad = (size_t)value;
	else if (strcmp(word, "serial") == 0)
		o->spec.serial = (uint64_t)value;
	else if (strcmp(word, "number") == 0)
		o->crl.number = value;
	else if (strcmp(word, "base") == 0)
		o->crl.base = value;
	else if (strcmp(word, "chain") == 0)
		o->chain = value != 0;
	else if (strcmp(word, "start") == 0)
		o->start = (unsigned long)value;
	else
		return (false);
	return (true);
}

/* Take the NAME=VALUE arguments; leaves the others in argv, returns how many. */
static int
options(struct opts *o, int argc, char **argv)
{
	char *eq, *end, word[16];
	int i, n = 0;
	size_t len;

	for (i = 0; i < argc; i++) {
		if ((eq = strchr(argv[i], '=')) == NULL) {
			argv[n++] = argv[i];
			continue;
		}
		len = (size_t)(eq - argv[i]);
		if (len >= sizeof(word))
			usage();
		memcpy(word, argv[i], len);
		word[len] = '\0';
		if (option_text(o, word, eq + 1))
			continue;
		if (!option_number(o, word, strtoll(eq + 1, &end, 10)) ||
		    *end != '\0' || end == eq + 1)
			usage();
	}
	return (n);
}

static FILE *
create(const char *dir, const char *name, const char *ext, mode_t mode)
{
	char path[4096];
	FILE *fp;
	int fd;

	snprintf(path, sizeof(path), "%s/%s%s", dir, name, ext);
	if ((fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode)) == -1 ||
	    (fp = fdopen(fd, "w")) == NULL)
		err(1, "%s", path);
	return (fp);
}

static void
finish(FILE *fp)
{
	if (fflush(fp) != 0 || ferror(fp) || fclose(fp) != 0)
		err(1, "write");
}

static X509 *
load_cert(const char *dir, const char *name)
{
	char path[4096];
	FILE *fp;
	X509 *x;

	snprintf(path, sizeof(path), "%s/%s.crt", dir, name);
	if ((fp = fopen(path, "r")) == NULL)
		return (NULL);
	x = PEM_read_X509(fp, NULL, NULL, NULL);
	fclose(fp);
	return (x);
}

static void
load_id(struct mint_id *id, const char *dir, const char *name)
{
	char path[4096];
	FILE *fp;

	if ((id->cert = load_cert(dir, name)) == NULL)
		errx(1, "%s/%s.crt: no certificate (mint ca %s)", dir, name,
		    dir);
	snprintf(path, sizeof(path), "%s/%s.key", dir, name);
	if ((fp = fopen(path, "r")) == NULL)
		err(1, "%s", path);
	id->key = PEM_read_PrivateKey(fp, NULL, NULL, NULL);
	fclose(fp);
	if (id->key == NULL)
		errx(1, "%s: no private key", path);
}

static void
append(FILE *to, const char *dir, const char *name)
{
	char path[4096], line[256];
	FILE *fp;

	snprintf(path, sizeof(path), "%s/%s.crt", dir, name);
	if ((fp = fopen(path, "r")) == NULL)
		err(1, "%s", path);
	while (fgets(line, sizeof(line), fp) != NULL)
		fputs(line, to);
	fclose(fp);
}

static void
make(struct mint_id *id, const struct mint_spec *spec,
    const struct mint_id *issuer)
{
	if (mint_make(id, spec, issuer) == 0)
		return;
	ERR_print_errors_fp(stderr);
	errx(1, "cannot make the certificate");
}

static void
write_id(const struct mint_id *id, const char *dir, const char *name,
    const char *chain)
{
	FILE *fp;

	fp = create(dir, name, ".key", 0600);
	PEM_write_PrivateKey(fp, id->key, NULL, NULL, 0, NULL, NULL);
	finish(fp);
	fp = create(dir, name, ".crt", 0644);
	PEM_write_X509(fp, id->cert);
	if (chain != NULL)
		append(fp, dir, chain);
	finish(fp);
}

static ASN1_INTEGER *
serial_of(const char *dir, const char *arg)
{
	ASN1_INTEGER *serial = NULL;
	BIGNUM *bn = NULL;
	X509 *x;

	if ((x = load_cert(dir, arg)) != NULL) {
		serial = ASN1_INTEGER_dup(X509_get0_serialNumber(x));
		X509_free(x);
	} else if (BN_hex2bn(&bn, arg) == (int)strlen(arg))
		serial = BN_to_ASN1_INTEGER(bn, NULL);
	BN_free(bn);
	if (serial == NULL)
		errx(1, "%s: no such certificate in %s and no serial number",
		    arg, dir);
	return (serial);
}

static void
write_crl(const struct opts *o, const char *dir, int argc, char **argv)
{
	ASN1_INTEGER **serials;
	struct mint_crl_spec spec = o->crl;
	struct mint_id issuer = { 0 };
	X509_CRL *crl;
	FILE *fp;
	int i;

	load_id(&issuer, dir, o->by);
	if ((serials = calloc((size_t)argc + 1, sizeof(*serials))) == NULL)
		err(1, NULL);
	for (i = 0; i < argc; i++)
		serials[i] = serial_of(dir, argv[i]);
	spec.from = o->spec.from;
	spec.until = o->spec.until;
	crl = mint_crl_as(&issuer, serials, (size_t)argc, &spec);
	if (crl == NULL)
		errx(1, "cannot make the CRL");
	fp = create(dir, o->out != NULL ? o->out : "ca.crl", ".new", 0644);
	PEM_write_X509_CRL(fp, crl);
	finish(fp);
	for (i = 0; i < argc; i++)
		ASN1_INTEGER_free(serials[i]);
	free(serials);
	X509_CRL_free(crl);
	mint_clear(&issuer);
}

/* A watcher sees the old CRL or the new one, never a part. */
static void
place_crl(const struct opts *o, const char *dir)
{
	char from[4096], to[4096];

	snprintf(to, sizeof(to), "%s/%s", dir,
	    o->out != NULL ? o->out : "ca.crl");
	snprintf(from, sizeof(from), "%s/%s.new", dir,
	    o->out != NULL ? o->out : "ca.crl");
	if (rename(from, to) == -1)
		err(1, "%s", to);
}

static void
cmd_ca(struct opts *o, const char *dir)
{
	struct mint_id id = { 0 };

	(void)mkdir(dir, 0755);
	o->spec.ca = true;
	if (!o->cn_set)
		o->spec.cn = "test CA";
	make(&id, &o->spec, NULL);
	write_id(&id, dir, o->out != NULL ? o->out : "ca", NULL);
	mint_clear(&id);
	o->spec.from = o->spec.until = 0;
	if (o->out == NULL) {
		write_crl(o, dir, 0, NULL);
		place_crl(o, dir);
	}
}

static void
cmd_cert(struct opts *o, const char *dir, const char *name)
{
	struct mint_id id = { 0 }, issuer = { 0 };
	bool self;

	if (!o->cn_set)
		o->spec.cn = name;
	self = strcmp(o->by, "self") == 0;
	if (!self)
		load_id(&issuer, dir, o->by);
	make(&id, &o->spec, self ? NULL : &issuer);
	write_id(&id, dir, o->out != NULL ? o->out : name,
	    o->chain ? o->by : NULL);
	mint_clear(&id);
	mint_clear(&issuer);
}

static void
cmd_bulk(struct opts *o, const char *dir, unsigned long n, const char *prefix)
{
	struct mint_id id = { 0 }, issuer = { 0 };
	unsigned long i;
	char cn[128];
	FILE *fp;

	load_id(&issuer, dir, o->by);
	fp = create(dir, o->out != NULL ? o->out : "bundle.pem", "", 0600);
	o->spec.cn = cn;
	for (i = 0; i < n; i++) {
		snprintf(cn, sizeof(cn), "%s%lu", prefix, o->start + i);
		make(&id, &o->spec, &issuer);
		PEM_write_PrivateKey(fp, id.key, NULL, NULL, 0, NULL, NULL);
		PEM_write_X509(fp, id.cert);
		mint_clear(&id);
	}
	finish(fp);
	mint_clear(&issuer);
}

static void
cmd_serial(const char *path)
{
	BIGNUM *bn;
	FILE *fp;
	char *hex;
	X509 *x;

	if ((fp = fopen(path, "r")) == NULL)
		err(1, "%s", path);
	if ((x = PEM_read_X509(fp, NULL, NULL, NULL)) == NULL)
		errx(1, "%s: no certificate", path);
	bn = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x), NULL);
	hex = BN_bn2hex(bn);
	puts(hex);
	OPENSSL_free(hex);
	BN_free(bn);
	X509_free(x);
	fclose(fp);
}

static void
client_or_server(struct opts *o, const char *kind)
{
	if (strcmp(kind, "client") == 0)
		o->spec.eku = "client";
	else if (strcmp(kind, "server") == 0) {
		o->spec.eku = "server";
		o->spec.san = "DNS:localhost,IP:127.0.0.1,IP:::1";
	} else
		usage();
}

int
main(int argc, char **argv)
{
	static struct opts o;
	int n;

	o.by = "ca";
	o.start = 1;
	if (argc < 3)
		usage();
	if (strcmp(argv[1], "cert") == 0 && argc >= 5)
		client_or_server(&o, argv[4]);
	if (strcmp(argv[1], "bulk") == 0)
		o.spec.eku = "client";
	n = options(&o, argc - 2, argv + 2);
	argv += 2;
	if (strcmp(argv[-1], "ca") == 0 && n == 1)
		cmd_ca(&o, argv[0]);
	else if (strcmp(argv[-1], "cert") == 0 && n == 3)
		cmd_cert(&o, argv[0], argv[1]);
	else if (strcmp(argv[-1], "bulk") == 0 && n == 3)
		cmd_bulk(&o, argv[0], strtoul(argv[1], NULL, 10), argv[2]);
	else if (strcmp(argv[-1], "serial") == 0 && n == 1)
		cmd_serial(argv[0]);
	else if (strcmp(argv[-1], "crl") == 0 && n >= 1) {
		write_crl(&o, argv[0], n - 1, argv + 1);
		place_crl(&o, argv[0]);
	} else
		usage();
	return (0);
}
