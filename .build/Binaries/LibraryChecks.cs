using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using MmapIo.Build.Natives;
using MmapIo.Build.Tests;

namespace MmapIo.Build.Binaries;

/// <summary>
/// What a shared library has to be before it is shipped, read from its bytes, so that those for systems that are not
/// at hand are looked at as closely as the others.
/// </summary>
internal static partial class LibraryChecks
{
    /// <summary>The library is copied into every program that uses it.</summary>
    public const int LargestSize = 64 * 1024;

    private static readonly Version s_newestGlibc = new(2, 17);
    private static readonly Version s_oldestMacOS = new(11, 0);

    /// <summary>Makes all checks that there are for a target.</summary>
    public static TestReport Run(Target target, string file)
    {
        var findings = new Findings();
        try
        {
            var bytes = Bytes.Of(file);
            findings.Add("size", bytes.Length <= LargestSize, $"{bytes.Length} bytes, more than {LargestSize}");
            if (target.IsWindows)
            {
                CheckPe(target, file, findings);
            }
            else if (target.IsMacOS)
            {
                CheckMachO(target, bytes, findings);
            }
            else
            {
                CheckElf(target, new ElfFile(bytes), findings);
            }
        }
        catch (BadImageFormatException malformed)
        {
            findings.Add("format", false, malformed.Message);
        }

        return findings.Report(target);
    }

    private static void CheckElf(Target target, ElfFile image, Findings findings)
    {
        int machine = target.IsArm64 ? ElfFile.MachineArm64 : ElfFile.MachineX64;
        findings.Add("processor", image.Machine == machine, $"machine {image.Machine} instead of {machine}");
        findings.AddExports(image.Exports);
        findings.Add("soname", SonamePattern().IsMatch(image.Soname ?? ""), $"the soname is '{image.Soname}'");
        findings.AddOthers("libraries", image.Needed, target.IsMusl ? MuslLibraries() : GlibcLibraries());
        findings.Add("stack", !image.WantsExecutableStack, "it asks for a stack that can be executed");
        if (target.IsMusl)
        {
            findings.Add("C library", image.NeededVersions.Count == 0, "musl has no symbol versions; it wants some");
        }
        else
        {
            Version[] newer = [.. image.NeededVersions.Select(GlibcVersion).Where(each => each > s_newestGlibc)];
            string list = string.Join<Version>(", ", newer);
            findings.Add("C library", newer.Length == 0, $"it needs glibc {list}, promised is {s_newestGlibc}");
        }
    }

    private static void CheckPe(Target target, string file, Findings findings)
    {
        using var image = new PeFile(file);
        Machine machine = target.IsArm64 ? Machine.Arm64 : Machine.Amd64;
        findings.Add("processor", image.Machine == machine, $"machine {image.Machine} instead of {machine}");
        findings.AddExports(image.Exports);
        findings.AddOthers("libraries", image.Needed, WindowsLibraries());
        findings.Add("hardening", image.IsHardened, "address space randomisation or data execution prevention is off");
    }

    private static void CheckMachO(Target target, Bytes bytes, Findings findings)
    {
        var image = new MachOFile(bytes);
        uint cpu = target.IsArm64 ? MachOFile.CpuArm64 : MachOFile.CpuX64;
        findings.Add("processor", image.Cpu == cpu, $"processor {image.Cpu:x} instead of {cpu:x}");
        findings.AddExports(image.Exports);
        findings.Add(
            "install name",
            InstallNamePattern().IsMatch(image.InstallName ?? ""),
            $"the install name is '{image.InstallName}'");
        findings.AddOthers("libraries", image.Needed, MacOSLibraries());
        findings.Add(
            "oldest macOS", image.OldestMacOS == s_oldestMacOS, $"{image.OldestMacOS} instead of {s_oldestMacOS}");

        // On Intel processors macOS loads what nobody has signed, and the linker signs nothing for them. A signature that
        // is there must be right all the same: a wrong one is worse than none.
        if (target.IsArm64 || image.Signature is not null)
        {
            string? problem = AdHocSignature.Problem(bytes, image);
            findings.Add("signature", problem is null, problem ?? "");
        }
    }

    private static Version GlibcVersion(string name) =>
        Version.TryParse(name.Replace("GLIBC_", "", StringComparison.Ordinal), out Version? version)
            ? version : throw new BadImageFormatException($"it needs the symbol version {name}, whatever that is");

    [GeneratedRegex(@"^libmmapio\.so\.\d+$")]
    private static partial Regex SonamePattern();

    [GeneratedRegex(@"^@rpath/libmmapio\.\d+\.dylib$")]
    private static partial Regex InstallNamePattern();

    [GeneratedRegex(@"^(libc\.so\.6|libpthread\.so\.0|ld-linux.*\.so\.\d)$")]
    private static partial Regex GlibcLibraries();

    [GeneratedRegex(@"^libc\.so$")]
    private static partial Regex MuslLibraries();

    [GeneratedRegex(@"^/usr/lib/libSystem\.B\.dylib$")]
    private static partial Regex MacOSLibraries();

    /// <summary>The system's own, and the C runtime that is part of every Windows since 10.</summary>
    [GeneratedRegex(@"^(kernel32|api-ms-win-crt-[a-z0-9-]+|ucrtbase|msvcrt)\.dll$", RegexOptions.IgnoreCase)]
    private static partial Regex WindowsLibraries();

    /// <summary>What was looked at, as a test report.</summary>
    private sealed class Findings
    {
        private readonly List<string> _names = [];
        private readonly List<TestNote> _problems = [];

        public void Add(string name, bool isRight, string problem)
        {
            _names.Add(name);
            if (!isRight)
            {
                _problems.Add(new TestNote(name, problem));
            }
        }

        public void AddOthers(string name, IReadOnlyList<string> found, Regex allowed)
        {
            string[] others = [.. found.Where(each => !allowed.IsMatch(each))];
            Add(name, found.Count > 0 && others.Length == 0, $"it needs {string.Join(", ", others)}");
        }

        /// <summary>The ledger is what is promised to callers: nothing less, and nothing by accident.</summary>
        public void AddExports(IReadOnlyList<string> found)
        {
            string[] ledger = File.ReadAllLines(Repository.At("native", "exports.txt"));
            string missing = string.Join(' ', ledger.Except(found));
            string extra = string.Join(' ', found.Except(ledger));
            Add("exports", missing.Length + extra.Length == 0, $"missing: {missing}; not in the ledger: {extra}");
        }

        public TestReport Report(Target target) =>
            new($"check {target}", _names.Count - _problems.Count, _problems, []) { Rid = target.Rid };
    }
}
