using System.Reflection;

namespace MmapIo.Build.Natives;

/// <summary>A system and processor that the native library is shipped for, by the name NuGet has for it.</summary>
internal sealed record Target(string Rid)
{
    /// <summary>All of them, as Directory.Build.props lists them.</summary>
    public static IReadOnlyList<Target> All { get; } = [.. typeof(Target).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(each => each.Key == "MmapIoRids").Value!
        .Split(';').Select(rid => new Target(rid))];

    public bool IsWindows => Rid.StartsWith("win-", StringComparison.Ordinal);

    public bool IsMacOS => Rid.StartsWith("osx-", StringComparison.Ordinal);

    public bool IsLinux => !IsWindows && !IsMacOS;

    public bool IsMusl => Rid.StartsWith("linux-musl-", StringComparison.Ordinal);

    public bool IsArm64 => Rid.EndsWith("-arm64", StringComparison.Ordinal);

    /// <summary>What the shared library is called there.</summary>
    public string Library => "libmmapio." + (IsWindows ? "dll" : IsMacOS ? "dylib" : "so");

    /// <summary>What the static library is called there: on Windows the other name is the import library's.</summary>
    public string StaticLibrary => IsWindows ? "libmmapio_static.a" : "libmmapio.a";

    /// <summary>Where projects and packages look for it.</summary>
    public string Folder => Repository.At("artifacts", "native", Rid);

    /// <summary>Those of the given names; all of them, if there is none.</summary>
    public static IReadOnlyList<Target> Named(string[] rids) =>
        [.. All.Where(target => rids.Length == 0 || rids.Contains(target.Rid))];

    public override string ToString() => Rid;
}
