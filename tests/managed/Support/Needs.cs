using System.Runtime.InteropServices;

namespace MmapIo.Tests;

/// <summary>What a test cannot do without. Skips it, saying why, where that is not to be had.</summary>
internal static class Needs
{
    /// <summary>Linux, for what follows "Linux only:".</summary>
    public static void Linux(string what) => Assert.SkipUnless(OperatingSystem.IsLinux(), $"Linux only: {what}");

    /// <summary>Linux or macOS, for what follows "POSIX only:".</summary>
    public static void Posix(string what) => Assert.SkipWhen(OperatingSystem.IsWindows(), $"POSIX only: {what}");

    /// <summary>Not Wine, which answers differently from the Windows it stands in for.</summary>
    public static void NotWine(string what) => Assert.SkipWhen(IsWine, $"Wine is not Windows here: {what}");

    /// <summary>A kernel, and not an emulator that answers in its place.</summary>
    public static void RealKernel(string what) =>
        Assert.SkipWhen(Tests.Linux.IsEmulated, $"an emulator stands in for the kernel: {what}");

    public static void Capability(bool has, string what) => Assert.SkipUnless(has, $"this system cannot {what}");

    /// <summary>A residency that speaks of the page cache, and not of the pages this process happens to have.</summary>
    public static void PageCacheResidency() => Assert.SkipUnless(
        MemoryMap.Capabilities.ResidencyScope == ResidencyScope.PageCache,
        "this system tells of the process's own pages only, which come and go as it likes");

    private static bool IsWine { get; } = OperatingSystem.IsWindows()
        && NativeLibrary.TryLoad("ntdll", out nint library)
        && NativeLibrary.TryGetExport(library, "wine_get_version", out _);
}
