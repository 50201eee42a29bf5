module.exports.inPage = async () => 0;
