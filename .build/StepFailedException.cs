namespace MmapIo.Build;

/// <summary>A step of the build did not succeed; the message is all that the user needs to see.</summary>
internal sealed class StepFailedException(string message) : Exception(message);
