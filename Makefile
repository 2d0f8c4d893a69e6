# SPDX-License-Identifier: GPL-2.0-or-later
#
# The front door.  What is behind it: scripts/, each script with its purpose
# at its head.

BUILD ?= build
PREFIX ?= /usr/local
export BUILD PREFIX DESTDIR

# A goal is one script after the other; they keep both processors busy.
.NOTPARALLEL:
.PHONY: emulators run checkpoint test test-all bench clean distclean \
	docs help install uninstall register unregister deb test-deb \
	test-programs series test-series report oracle bench-jobs test-faults \
	test-stress test-sanitized test-targets test-guests \
	test-distributions test-hosts fuzz fuzz-native fuzz-parts mutate

# 1: emulators that take longer to build and less to run; "make install" and
# "make deb" do without only if it is 0.
TUNED ?=
export TUNED
# Not one that a shell has put into the environment.
FOREIGN = $(if $(findstring command,$(origin HOST)),$(HOST))
TUNE_IT = $(if $(filter-out 0,$(TUNED)),--tuned)

emulators:
	@scripts/emulators $(if $(FOREIGN),--host $(FOREIGN),$(TUNE_IT)) $(TARGETS)

run:
	@scripts/install-packages run
	@scripts/emulators x86_64 aarch64
	@BIN=$(BUILD)/bin WORK=$(BUILD)/demo scripts/demo
	@echo
	@BIN=$(BUILD)/bin WORK=$(BUILD)/demo scripts/journey --short

checkpoint:
	@scripts/install-packages run
	@scripts/emulators x86_64 aarch64
	@BIN=$(BUILD)/bin WORK=$(BUILD)/demo scripts/journey

test:
	@scripts/test

test-all:
	@ROTATION=all scripts/test

series:
	@scripts/series $(SERIES)

test-series:
	@scripts/install-packages test
	@scripts/test-series $(SERIES)

report:
	@scripts/report $(BUILD)

bench:
	@scripts/bench $(TARGETS)

bench-jobs:
	@scripts/bench-jobs

docs:
	@scripts/install-packages docs
	@scripts/docs

install:
	@scripts/install-packages install
	@scripts/emulators $(if $(filter 0,$(TUNED)),,--tuned) $(TARGETS)
	@scripts/docs
	@scripts/install $(TARGETS)

uninstall:
	@scripts/uninstall

register unregister:
	@scripts/binfmt --conf $(PREFIX)/lib/binfmt.d $@ $(TARGETS)

deb:
	@scripts/deb $(if $(FOREIGN),--host $(FOREIGN)) $(TARGETS)

test-deb:
	@scripts/test-deb

oracle:
	@scripts/oracle $(KERNELS)

test-programs:
	@scripts/test-programs

test-faults:
	@scripts/test --long faults

test-stress:
	@scripts/test --long stress

test-sanitized:
	@scripts/test --long sanitized

test-targets:
	@scripts/test-targets $(TARGETS)

test-guests:
	@scripts/test-guests $(or $(TARGETS),x86_64 aarch64)

test-distributions:
	@scripts/test-distributions $(DISTRIBUTIONS)

test-hosts:
	@scripts/test-hosts $(if $(TARGETS),--targets "$(TARGETS)") $(HOSTS)

fuzz:
	@scripts/fuzz $(if $(SECONDS),--seconds $(SECONDS)) $(TARGETS)

fuzz-native:
	@scripts/install-packages test
	@for kind in $(or $(KINDS),descriptors memory); do \
		scripts/fuzz-native \
			$(if $(OPERATIONS),--operations $(OPERATIONS)) \
			$$kind $(TARGETS) || exit; \
	done

fuzz-parts:
	@scripts/fuzz-parts $(if $(SECONDS),--seconds $(SECONDS)) $(PARTS)

mutate:
	@scripts/mutate $(if $(SEED),--seed $(SEED)) \
		$(if $(COUNT),--count $(COUNT)) $(if $(FILES),--files $(FILES))

clean:
	@scripts/clean

distclean:
	@scripts/clean --all

help:
	@scripts/help
