/* SPDX-License-Identifier: ISC */
/*
 * Watching files for changes on disk.  Their directories are watched, and those
 * of the files that they link to.  This catches an edit in place, a file that
 * is moved over, and a directory that is swapped by a link, as Kubernetes does.
 * An event counts only if a file is another than before, and only after a quiet
 * moment.
 */

#include <sys/inotify.h>
#include <sys/stat.h>

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "config.h"
#include "log.h"
#include "watch.h"

#define QUIET_MS	150
#define NOISE_MS	1000	/* longest wait for a quiet moment */
#define POLL_MS		2000	/* while a directory is missing */
#define DIR_EVENTS                                                             \
	(IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE |            \
	    IN_DELETE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF |            \
	    IN_ONLYDIR)

struct watched {
	char		 path[CONF_PATH];
	struct stat	 st;
};

struct watch {
	struct event_base *base;
	void		 (*changed)(void *, const char *);
	void		*arg;
	int		 fd;
	struct event	*ev;
	struct event	*timer;
	bool		 waiting;	/* the timer runs because of an event */
	struct mono	 first;		/* time of the first event */
	struct watched	*files;
	size_t		 n;
};

static void	 watch_read_cb(evutil_socket_t, short, void *);
static void	 watch_timer_cb(evutil_socket_t, short, void *);

static void
set_timer(struct watch *w, long ms)
{
	struct timeval tv = { ms / 1000, (ms % 1000) * 1000 };

	if (evtimer_add(w->timer, &tv) == -1)
		log_warnx("cannot watch files: no timer");
}

struct watch *
watch_new(struct event_base *base, void (*changed)(void *, const char *),
    void *arg)
{
	struct watch *w;

	if ((w = calloc(1, sizeof(*w))) == NULL)
		return (NULL);
	w->base = base;
	w->changed = changed;
	w->arg = arg;
	w->fd = -1;
	if ((w->timer = evtimer_new(base, watch_timer_cb, w)) == NULL) {
		free(w);
		return (NULL);
	}
	return (w);
}

static void
stop_watching(struct watch *w)
{
	if (w->ev != NULL)
		event_free(w->ev);
	w->ev = NULL;
	if (w->fd != -1)
		close(w->fd);
	w->fd = -1;
}

void
watch_free(struct watch *w)
{
	if (w == NULL)
		return;
	stop_watching(w);
	event_free(w->timer);
	free(w->files);
	free(w);
}

/*
 * Watch this directory or, while it is missing, its nearest parent that exists,
 * where the missing part would appear.
 */
static int
watch_nearest(int fd, const char *dir)
{
	char up[CONF_PATH];
	int r;

	while ((r = inotify_add_watch(fd, dir, DIR_EVENTS)) == -1 &&
	    errno == ENOENT && strcmp(dir, "/") != 0 && strcmp(dir, ".") != 0) {
		strlcpy(up, dir, sizeof(up));
		if (watch_nearest(fd, dirname(up)) == -1)
			return (-1);
		/*
		 * It may have been created before the watch of its parent was.
		 */
		if (access(dir, F_OK) == -1)
			return (0);
	}
	return (r);
}

/* Watch the directory of path and that of the file it links to. */
static int
watch_dirs(int fd, const char *path)
{
	char dir[CONF_PATH], real[PATH_MAX];
	int r;

	strlcpy(dir, path, sizeof(dir));
	r = watch_nearest(fd, dirname(dir));
	if (realpath(path, real) != NULL && r != -1)
		r = inotify_add_watch(fd, dirname(real), DIR_EVENTS);
	return (r == -1 ? -1 : 0);
}

/* Begin to watch anew.  Poll as long as a directory cannot be watched. */
static void
start_watching(struct watch *w)
{
	bool missing;
	size_t i;

	stop_watching(w);
	missing = true;
	if ((w->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) != -1) {
		missing = false;
		for (i = 0; i < w->n; i++)
			if (watch_dirs(w->fd, w->files[i].path) == -1)
				missing = true;
		w->ev = event_new(w->base, w->fd, EV_READ | EV_PERSIST,
		    watch_read_cb, w);
		if (w->ev == NULL || event_add(w->ev, NULL) == -1)
			missing = true;
	}
	if (missing && !w->waiting)
		set_timer(w, POLL_MS);
}

static void
look(const char *path, struct stat *st)
{
	if (stat(path, st) == -1)
		memset(st, 0, sizeof(*st));
}

static bool
same(const struct stat *a, const struct stat *b)
{
	return (a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	    a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	    a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	    a->st_ctim.tv_nsec == b->st_ctim.tv_nsec);
}

/* An event came: look at the files after a quiet moment. */
static void
notice(struct watch *w)
{
	if (!w->waiting) {
		w->waiting = true;
		w->first = mono_now();
	} else if (mono_diff_ms(mono_now(), w->first) > NOISE_MS)
		return;
	set_timer(w, QUIET_MS);
}

int
watch_set(struct watch *w, const char *const *paths, size_t n)
{
	struct watched *files, *old;
	struct stat now;
	size_t i, k, nold;

	if ((files = calloc(n + 1, sizeof(*files))) == NULL)
		return (-1);
	old = w->files;
	nold = w->n;
	for (i = 0; i < n; i++)
		strlcpy(files[i].path, paths[i], sizeof(files[i].path));
	w->files = files;
	w->n = n;
	start_watching(w);
	/*
	 * This is after the watch began, so that no change falls in between.  A
	 * file that was watched before keeps its old state.  If it changed
	 * meanwhile and the event was lost with the old watch, it is looked at
	 * again soon.
	 */
	for (i = 0; i < n; i++) {
		look(files[i].path, &now);
		for (k = 0; k < nold; k++)
			if (strcmp(old[k].path, files[i].path) == 0)
				break;
		files[i].st = k < nold ? old[k].st : now;
		if (!same(&files[i].st, &now))
			notice(w);
	}
	free(old);
	return (0);
}

static void
watch_read_cb(evutil_socket_t fd, short what, void *arg)
{
	struct watch *w = arg;
	char buf[4096] __attribute__((aligned(8)));
	ssize_t n;

	/* Only the fact of an event matters, not its contents. */
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		continue;
	notice(w);
}

static void
watch_timer_cb(evutil_socket_t fd, short what, void *arg)
{
	struct watch *w = arg;
	struct stat now;
	const char *changed;
	size_t i;

	w->waiting = false;
	/* Links and directories may lead elsewhere now. */
	start_watching(w);
	changed = NULL;
	for (i = 0; i < w->n; i++) {
		look(w->files[i].path, &now);
		if (same(&now, &w->files[i].st))
			continue;
		w->files[i].st = now;
		changed = w->files[i].path;
	}
	if (changed != NULL)
		w->changed(w->arg, changed);
}
