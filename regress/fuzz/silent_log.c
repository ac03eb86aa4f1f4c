/* SPDX-License-Identifier: ISC */
/*
 * The log of a whole program under a fuzzer, which goes nowhere.
 */

#define SILENT(name)							\
	void	 name(const char *, ...);				\
	void name(const char *fmt, ...)					\
	{								\
	}

/* clang-format off */
SILENT(__wrap_log_warn)
SILENT(__wrap_log_warnx)
SILENT(__wrap_log_notice)
SILENT(__wrap_log_info)
SILENT(__wrap_log_debug)
/* clang-format on */
