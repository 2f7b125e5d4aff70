/// What `postrider --version` says. CHANGELOG.md tells what each version brought.
let postriderVersion = "0.2.0-dev"
