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
    /// On Windows CMake itself finds the compiler, wherever Visual Studio put it, and says so if it cannot.
    /// </summary>
    public static readonly Prerequisite Compiler = new(
        "a C and C++ compiler",
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

    public static readonly Prerequisite ClangFormat = new(
        "clang-format", () => OnPath("clang-format"), "clang-format", "clang-tools-extra", "clang-format", "LLVM.LLVM");

    public static readonly Prerequisite Valgrind = new(
        "valgrind", () => OnPath("valgrind"), "valgrind", "valgrind", "valgrind", "(none)");

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
