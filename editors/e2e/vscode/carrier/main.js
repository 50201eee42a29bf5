// Carries the tests into the extension host and does nothing.
exports.activate = () => {};
