namespace MmapIo.Tests;

/// <summary>
/// How long tests go on that find more, the longer they do: shortly for whoever runs them while working, and as long as
/// is promised (MMAPIO_LONG=1) where a change is judged.
/// </summary>
internal static class Effort
{
    public static bool IsLong { get; } = Environment.GetEnvironmentVariable("MMAPIO_LONG") == "1";

    public static int Of(int usually, int atLength) => IsLong ? atLength : usually;
}
