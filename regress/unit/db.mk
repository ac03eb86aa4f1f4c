db_test_OBJ := $(O)/regress/unit/db_rig.o $(patsubst %,$(O)/leased/%.o,db \
    db_lease db_owned db_event db_backup db_schema lease dirty place deadline \
    grant pool assign hash owned)
db_test_LIBS := $(leased_LIBS)
DEPS += $(O)/regress/unit/db_rig.d
