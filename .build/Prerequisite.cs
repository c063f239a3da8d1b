using MmapIo.Build.Natives;

namespace MmapIo.Build;

/// <summary>A program of the machine that the build calls, and what each package manager calls it.</summary>
/// <param name="Name">What to call it when it is missing.</param>
/// <param name="IsPresent">Looks for it.</param>
/// <param name="Apt">Debian's and Ubuntu's package.</param>
/// <param name="Dnf">Fedora's package.</param>
/// <param name="Brew">Homebrew's formula; a text with a space in it is a command of its own.</param>
/// <param name="Winget">The winget identifier.</param>
internal sealed record Prerequisite(
    string Name, Func<bool> IsPresent, string Apt, string Dnf, string Brew, string Winget)
{
    private static readonly Version s_oldestCmake = new(3, 21);

    public static readonly Prerequisite CMake = new(
        $"cmake {s_oldestCmake} or newer", HasCmake, "cmake", "cmake", "cmake", "Kitware.CMake");

    /// <summary>
    /// On Windows CMake itself finds the compiler, wherever Visual Studio put it, and says so if it cannot. The packages
    /// bring one for C++ along: a test of the header wants it, and is skipped where there is none.
    /// </summary>
    public static readonly Prerequisite Compiler = new(
        "a C compiler",
        () => OperatingSystem.IsWindows() || Environment.GetEnvironmentVariable("CC") is { Length: > 0 }
            || OnPath("cc", "gcc", "clang"),
        "g++",
        "gcc-c++",
        "xcode-select --install",
        "Microsoft.VisualStudio.2022.BuildTools");

    public static readonly Prerequisite Generator = new(
        "ninja or make",
        () => OperatingSystem.IsWindows() || OnPath("ninja", "make"),
        "ninja-build",
        "ninja-build",
        "ninja",
        "Ninja-build.Ninja");

    /// <summary>Versions of assemblies and packages come from its tags.</summary>
    public static readonly Prerequisite Git = new("git", () => OnPath("git"), "git", "git", "git", "Git.Git");

    public static readonly Prerequisite ClangFormat = new(
        "clang-format", () => OnPath("clang-format"), "clang-format", "clang-tools-extra", "clang-format", "LLVM.LLVM");

    public static readonly Prerequisite Clang = new(
        "clang", () => OnPath("clang"), "clang", "clang", "llvm", "LLVM.LLVM");

    /// <summary>libFuzzer and the sanitizers.</summary>
    public static readonly Prerequisite ClangRuntime = new(
        "clang's libFuzzer",
        () => Directory.Exists("/usr/lib") && Directory.EnumerateDirectories("/usr/lib", "llvm-*").Any(static llvm =>
            Directory.EnumerateFiles(llvm, "libclang_rt.fuzzer*.a", SearchOption.AllDirectories).Any()),
        "libclang-rt-dev",
        "compiler-rt",
        "llvm",
        "(none)");

    public static readonly Prerequisite ClangTidy = new(
        "clang-tidy", () => OnPath("clang-tidy"), "clang-tidy", "clang-tools-extra", "llvm", "LLVM.LLVM");

    public static readonly Prerequisite Cppcheck = new(
        "cppcheck", () => OnPath("cppcheck"), "cppcheck", "cppcheck", "cppcheck", "Cppcheck.Cppcheck");

    public static readonly Prerequisite Valgrind = new(
        "valgrind", () => OnPath("valgrind"), "valgrind", "valgrind", "valgrind", "(none)");

    public static readonly Prerequisite Ninja = new(
        "ninja", () => OnPath("ninja"), "ninja-build", "ninja-build", "ninja", "Ninja-build.Ninja");

    /// <summary>Fetches the compiler for all RIDs.</summary>
    public static readonly Prerequisite Npm = new("npm", () => OnPath("npm"), "npm", "npm", "node", "OpenJS.NodeJS");

    /// <summary>Links the libraries for macOS.</summary>
    public static readonly Prerequisite Ld64 = new(
        "ld64.lld",
        () => OnPath(["ld64.lld", .. Enumerable.Range(14, 6).Select(version => $"ld64.lld-{version}")]),
        "lld",
        "lld",
        "lld",
        "LLVM.LLVM");

    public static readonly Prerequisite Musl = new(
        "musl's loader", () => File.Exists("/lib/ld-musl-x86_64.so.1"), "musl", "musl-libc", "(none)", "(none)");

    public static readonly Prerequisite Qemu = new(
        "qemu-aarch64", () => OnPath("qemu-aarch64"), "qemu-user", "qemu-user", "(none)", "(none)");

    /// <summary>Boots kernels.</summary>
    public static readonly Prerequisite QemuSystemX86 = new(
        "qemu-system-x86_64", () => OnPath("qemu-system-x86_64"), "qemu-system-x86", "qemu-system-x86", "qemu", "(none)");

    public static readonly Prerequisite QemuSystemArm = new(
        "qemu-system-aarch64", () => OnPath("qemu-system-aarch64"), "qemu-system-arm", "qemu-system-aarch64", "qemu", "(none)");

    /// <summary>Packs their first file systems.</summary>
    public static readonly Prerequisite Cpio = new("cpio", () => OnPath("cpio"), "cpio", "cpio", "cpio", "(none)");

    public static readonly Prerequisite Arm64Libc = new(
        "a C library for arm64",
        () => File.Exists(Emulator.Arm64Root + "/lib/ld-linux-aarch64.so.1"),
        "libc6-arm64-cross",
        "glibc-aarch64-linux-gnu",
        "(none)",
        "(none)");

    /// <summary>The runtime of .NET is written in it.</summary>
    public static readonly Prerequisite Arm64Cpp = new(
        "a C++ library for arm64",
        () => File.Exists(Emulator.Arm64Root + "/lib/libstdc++.so.6"),
        "libstdc++6-arm64-cross",
        "(none)",
        "(none)",
        "(none)");

    public static readonly Prerequisite Wine = new("Wine", () => OnPath("wine"), "wine", "wine", "(none)", "(none)");

    /// <summary>What building the native library for other systems takes, besides the compiler.</summary>
    public static IReadOnlyList<Prerequisite> Cross { get; } = [CMake, Ninja, Ld64];

    /// <summary>What building the native library takes.</summary>
    public static IReadOnlyList<Prerequisite> Native { get; } = [CMake, Compiler, Generator];

    private static bool OnPath(params ReadOnlySpan<string> programs)
    {
        foreach (string program in programs)
        {
            if (Step.Which(program) is not null)
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasCmake()
    {
        if (!OnPath("cmake"))
        {
            return false;
        }

        // "cmake version 3.25.1" and more, such as "-rc2", which Version would not parse.
        string said = Step.CaptureAsync("cmake", ["--version"]).GetAwaiter().GetResult().Output;
        string number = said.Split('\n')[0].Split(' ')[^1].Split('-')[0];
        return Version.TryParse(number, out Version? version) && version >= s_oldestCmake;
    }
}
