namespace MmapIo.Tool;

/// <summary>What the process returns, as grep(1) and diff(1) have it.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>A file, or the output, could not be dealt with; everything else was.</summary>
    public const int SomeFailed = 1;

    /// <summary>Nothing was done: the arguments make no sense, or the installation is broken.</summary>
    public const int WrongUsage = 2;
}
