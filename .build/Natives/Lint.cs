using MmapIo.Build.Tests;

namespace MmapIo.Build.Natives;

/// <summary>
/// What can be said about the C sources without running them, for every system: a second compiler's warnings,
/// clang-tidy and cppcheck, with the headers of macOS and Windows that the cross compiler brings along.
/// </summary>
internal static class Lint
{
    private static readonly string[] s_warnings =
    [
        "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Wstrict-prototypes",
        "-Wmissing-prototypes", "-Werror",
    ];

    public static async Task RunAsync(TestSession session)
    {
        if (!ZigCompiler.RunsHere)
        {
            Step.Say("the C sources of all systems are looked at on linux-x64 only");
            return;
        }

        await session.RunAsync("lint", async () =>
        {
            await Prerequisites.RequireAsync(Prerequisite.Clang, Prerequisite.ClangTidy, Prerequisite.Cppcheck);
            string headers = Path.Combine(Path.GetDirectoryName(await ZigCompiler.GetAsync())!, "lib/libc/include");
            var report = new TestReport("lint", 0, [], []);
            foreach (Subject subject in Subjects(headers))
            {
                report = await LookAtAsync(report, subject);
            }

            return report;
        });
    }

    private static async Task<TestReport> LookAtAsync(TestReport report, Subject subject)
    {
        // What only Visual C++ understands is left to it.
        string[] sources = [.. subject.Folders.SelectMany(folder => Directory.GetFiles(Repository.At(folder), "*.c"))
            .Where(file => !file.EndsWith("_msvc.c", StringComparison.Ordinal))];
        string include = $"-I{Repository.At("native", "include")}";
        string[] flags = ["-std=c11", include, .. subject.Defines, .. subject.Headers];
        foreach (string triple in subject.Triples)
        {
            StepResult compiled = await Step.CaptureAsync(
                "clang", [.. s_warnings, $"--target={triple}", .. flags, .. sources]);
            report = report.With($"clang for {triple}", compiled.Succeeded, Findings(compiled));
        }

        // Processors make no difference to these two.
        StepResult tidied = await Step.CaptureAsync(
            "clang-tidy", ["--quiet", .. sources, "--", $"--target={subject.Triples[0]}", .. flags]);
        report = report.With($"clang-tidy for {subject.Name}", tidied.Succeeded, Findings(tidied));

        // It takes the address of a variable for a use of its value; clang's analyzer knows better.
        string[] options =
            ["--quiet", "--enable=warning,performance,portability", "--suppress=uninitvar", "--error-exitcode=1"];
        StepResult read = await Step.CaptureAsync(
            "cppcheck", [.. options, "--std=c11", "-D__x86_64__", include, .. subject.Defines, .. sources]);
        return report.With($"cppcheck for {subject.Name}", read.Succeeded, Findings(read));
    }

    /// <summary>The lines that name a place, of all those that count what was looked at.</summary>
    private static string Findings(StepResult result)
    {
        string[] lines = [.. result.Output.Split('\n').Where(line => line.Contains(": warning: ")
            || line.Contains(": error: ")).Distinct()];
        return lines.Length > 0 ? string.Join('\n', lines) : result.LastLines;
    }

    private static Subject[] Subjects(string headers) =>
    [
        new(
            "Linux",
            ["native/src", "native/src/posix", "native/src/linux"],
            ["x86_64-linux-gnu"],
            ["-D_GNU_SOURCE"],
            []),
        new(
            "macOS",
            ["native/src", "native/src/posix", "native/src/darwin"],
            ["arm64-apple-macos11", "x86_64-apple-macos11"],
            ["-D__APPLE__"],
            ["-isystem", Path.Combine(headers, "any-macos-any")]),
        new(
            "Windows",
            ["native/src", "native/src/windows"],
            ["x86_64-w64-mingw32", "aarch64-w64-mingw32"],
            ["-D_WIN32", "-D_WIN32_WINNT=0x0a00", "-DWIN32_LEAN_AND_MEAN", "-DMMAPIO_BUILD"],
            ["-isystem", Path.Combine(headers, "any-windows-any")]),
    ];

    private sealed record Subject(
        string Name, string[] Folders, string[] Triples, string[] Defines, string[] Headers);
}
