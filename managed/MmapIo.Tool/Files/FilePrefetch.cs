using Microsoft.Win32.SafeHandles;

namespace MmapIo.Tool.Files;

/// <summary>
/// What became of reading a file ahead. The properties are what <c>--json</c> writes, under their names in camel case:
/// to rename one is to break scripts.
/// </summary>
internal sealed record FilePrefetch
{
    public required string Path { get; init; }

    public required long Bytes { get; init; }

    /// <summary>"applied", "approximated" or "ignored".</summary>
    public required string Outcome { get; init; }

    /// <summary>Asks the system to read a file into memory. Ends when all has been asked for.</summary>
    public static FilePrefetch Read(string path)
    {
        using SafeFileHandle file = Opened.ForReading(path);
        long bytes = RandomAccess.GetLength(file);
        AdviceOutcome outcome = MapFile.PrefetchAsync(file).AsTask().GetAwaiter().GetResult();
        return new FilePrefetch { Path = path, Bytes = bytes, Outcome = Word(outcome) };
    }

    private static string Word(AdviceOutcome outcome) => outcome switch
    {
        AdviceOutcome.Applied => "applied",
        AdviceOutcome.Approximated => "approximated",
        _ => "ignored",
    };
}
