# sallyctl without its main
ctl_test_OBJ :=	$(patsubst %,$(O)/sallyctl/%.o,grammar format table)
