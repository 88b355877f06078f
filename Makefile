# Names for what is done often; each installs the packages first when they are missing or out of date.
# Everything is an npm script, so `npm run <name>` does the same once the packages are there.

.DEFAULT_GOAL := help
.PHONY: help dev test check migrate reset build format bench install
MAKEFLAGS += --no-print-directory

# More words for the command, for example: make test ARGS=src/tenants
ARGS ?=

run = @exec npm run --silent $(1) -- $(ARGS)

help:
	@echo 'make dev       everything in one command: database, demo data, web app, server, worker'
	@echo 'make test      all tests; ARGS=src/tenants runs some'
	@echo 'make check     format, lint, types and structure: what CI runs besides the tests'
	@echo 'make format    writes code the way "make check" wants it'
	@echo 'make build     builds the web app for production'
	@echo 'make migrate   applies pending migrations; ARGS="status", "sql", "down 1", "new add_colours"'
	@echo 'make bench     measures requests and logins'
	@echo 'make reset     removes the local database and files; the next "make dev" begins anew'

# Without npm in between: a signal to make reaches the program, and it starts half a second sooner.
dev: install
	@PATH="$$PWD/node_modules/.bin:$$PATH" exec node src/bin/dev.ts

test: install
	$(call run,test)

check: install
	$(call run,check)

migrate: ARGS := $(or $(ARGS),up)
migrate: install
	$(call run,migrate)

reset: install
	$(call run,reset)

build: install
	$(call run,build)

format: install
	$(call run,format)

bench: install
	$(call run,bench)

install:
	@sh scripts/install.sh
