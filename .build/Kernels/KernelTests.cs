using System.Text.RegularExpressions;
using MmapIo.Build.Natives;
using MmapIo.Build.Tests;

namespace MmapIo.Build.Kernels;

/// <summary>
/// The C tests under other kernels: each boots in qemu, without KVM, with the tests for musl and nothing else in its first
/// file system, and powers off when they have run. A kernel that cannot be had, or does not get through, is a failure.
/// </summary>
internal static partial class KernelTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(14);

    public static async Task RunAsync(TestSession session, IReadOnlyList<Kernel> kernels)
    {
        string compiler = await ZigCompiler.GetAsync();
        foreach (Kernel kernel in kernels)
        {
            await session.RunAsync($"native on kernel {kernel.Name}", () => RunOneAsync(kernel, compiler));
        }
    }

    private static async Task<TestReport> RunOneAsync(Kernel kernel, string compiler)
    {
        await Prerequisites.RequireAsync(
            kernel.IsArm64 ? Prerequisite.QemuSystemArm : Prerequisite.QemuSystemX86, Prerequisite.Cpio);
        NativeTree tree = NativeTree.Cross(kernel.Rid, compiler);
        await tree.BuildAsync();
        string folder = await new DebianArchive(kernel.Series, kernel.Architecture)
            .FolderAsync($"kernel-{kernel.Name}", kernel.Package);
        string tools = await new DebianArchive("bookworm", kernel.Architecture)
            .FolderAsync($"first-programs-{kernel.Architecture}", "^busybox-static$", "^musl$");
        string image = ImageIn(folder);
        string files = await FirstFiles.MakeAsync(kernel, tree, tools, await NamesAsync(tree));
        StepResult run = await Step.CaptureAsync(
            $"qemu-system-{kernel.Machine}", ArgumentsOf(kernel, image, files), patience: s_patience);
        string output = run.Output.Replace("\r", "", StringComparison.Ordinal);
        TestReport report = Read($"native on kernel {kernel.Name}", output);
        string version = Version().Match(output) is { Success: true } match ? match.Groups[1].Value : "no kernel";
        return report with { Rid = kernel.Rid, What = "C tests", How = $"Linux {version} in qemu" };
    }

    /// <summary>In /boot, until Debian's packages of Linux 7.</summary>
    private static string ImageIn(string folder) =>
        Directory.EnumerateFiles(folder, "vmlinu*", SearchOption.AllDirectories).SingleOrDefault()
        ?? throw new StepFailedException($"there is no kernel in {folder}");

    private static string[] ArgumentsOf(Kernel kernel, string image, string files) =>
    [
        .. kernel.IsArm64 ? ["-machine", "virt"] : Array.Empty<string>(),
        "-cpu", "max", "-accel", "tcg,thread=multi", "-smp", "2", "-m", "2048",
        "-nographic", "-no-reboot", "-nodefaults", "-serial", "stdio",
        "-kernel", image, "-initrd", files,
        "-append", $"console={(kernel.IsArm64 ? "ttyAMA0" : "ttyS0")} quiet panic=-1",
    ];

    /// <summary>The tests as ctest knows them: program and behaviour.</summary>
    private static async Task<IReadOnlyList<string>> NamesAsync(NativeTree tree)
    {
        StepResult listed = await Step.CaptureAsync("ctest", ["--test-dir", tree.Folder, "--show-only"]);
        return [.. TestName().Matches(listed.Output).Select(match => match.Groups[1].Value)
            .Where(name => File.Exists(FirstFiles.ProgramOf(tree, name)))];
    }

    private static TestReport Read(string name, string output)
    {
        int passed = 0;
        List<TestNote> failed = [];
        List<TestNote> skipped = [];
        foreach (Match match in Outcome().Matches(output))
        {
            string test = match.Groups["test"].Value;
            string said = match.Groups["said"].Value.Trim();
            switch (match.Groups["code"].Value)
            {
                case "0":
                    passed++;
                    break;
                case "77":
                    skipped.Add(new TestNote(test, Reason().Match(said).Groups[1].Value));
                    break;
                default:
                    failed.Add(new TestNote(test, $"exit code {match.Groups["code"].Value}\n{said}"));
                    break;
            }
        }

        var report = new TestReport(name, passed, failed, skipped);
        return output.Contains("@end", StringComparison.Ordinal)
            ? report.Checked(new StepResult(0, output))
            : report.WithFailure($"the kernel did not get through the tests\n{new StepResult(1, output).LastLines}");
    }

    [GeneratedRegex(@"^ *Test +#\d+: ([a-z0-9_]+\.[a-z0-9_]+)$", RegexOptions.Multiline)]
    private static partial Regex TestName();

    /// <summary>As the script in <see cref="FirstFiles"/> prints it.</summary>
    [GeneratedRegex(@"^@begin (?<test>\S+)\n(?<said>.*?)^@code (?<code>\d+)$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Outcome();

    [GeneratedRegex(@"skipped: (.*)$", RegexOptions.Multiline)]
    private static partial Regex Reason();

    [GeneratedRegex(@"@kernel (\S+)$", RegexOptions.Multiline)]
    private static partial Regex Version();
}
