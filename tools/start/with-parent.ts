// Loaded into every child before its own code: when the launcher is killed, the channel to it closes, and the child
// takes that as the request to stop that the launcher could not send any more.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// The channel alone must not keep a child alive that has finished.
process.channel?.unref();
