using System.Runtime.InteropServices;

namespace MmapIo;

/// <summary>
/// The RID of this process as packages spell it. A .NET that a distribution built calls itself by that distribution's
/// name (debian.12-x64, alpine.3.22-x64). The build driver compiles this file too.
/// </summary>
internal static class PortableRid
{
    public static string Current { get; } =
        $"{OperatingSystemName()}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";

    private static string OperatingSystemName() =>
        OperatingSystem.IsWindows() ? "win"
        : OperatingSystem.IsMacOS() ? "osx"
        : IsMusl(RuntimeInformation.RuntimeIdentifier) ? "linux-musl"
        : OperatingSystem.IsLinux() ? "linux"
        : RuntimeInformation.OSDescription;

    /// <summary>
    /// Having musl's loader installed makes no machine a musl one: the runtime in use tells which C library it is.
    /// </summary>
    private static bool IsMusl(string rid) =>
        rid.Contains("musl", StringComparison.Ordinal) || rid.StartsWith("alpine", StringComparison.Ordinal);
}
