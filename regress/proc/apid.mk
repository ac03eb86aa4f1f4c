# What plays the parent and leased for apid, and a client of raw bytes.
APID_DRV :=	$(O)/regress/proc/apid_drv.o \
		$(O)/regress/proc/apid_drv_leased.o \
		$(O)/regress/proc/apid_drv_owned.o

$(O)/regress/apid_drv: $(APID_DRV) $(LIBCOMMON)
	$(CC) $(LDHARDEN) $(LDFLAGS) -o $@ $^ $(BASE_LIBS)

$(O)/regress/rawhttp: $(O)/regress/proc/rawhttp.o
	$(CC) $(LDHARDEN) $(LDFLAGS) -o $@ $^

regress-proc: $(O)/regress/apid_drv
regress-proc regress-net: $(O)/regress/rawhttp
DEPS += $(APID_DRV:.o=.d) $(O)/regress/proc/rawhttp.d
