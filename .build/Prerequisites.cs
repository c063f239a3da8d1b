namespace MmapIo.Build;

/// <summary>Checks that the machine has what a verb needs, and gets it where that can be done without asking.</summary>
internal static class Prerequisites
{
    /// <summary>
    /// Returns once everything is there; names what is missing, and the command that brings it, otherwise.
    /// </summary>
    public static async Task RequireAsync(params IEnumerable<Prerequisite> needed)
    {
        List<Prerequisite> missing = Missing(needed);
        if (missing.Count > 0 && CanInstall())
        {
            await AptInstallAsync(missing);
            missing = Missing(missing);
        }

        if (missing.Count > 0)
        {
            throw new StepFailedException(
                $"missing: {string.Join(", ", missing.Select(item => item.Name))}\n{InstallHint(missing)}");
        }
    }

    /// <summary>
    /// Like <see cref="RequireAsync"/> for a check that may be left out on a machine that cannot make it.
    /// </summary>
    public static async Task<bool> TryAsync(Prerequisite wanted)
    {
        try
        {
            await RequireAsync(wanted);
            return true;
        }
        catch (StepFailedException absent)
        {
            Step.Say(absent.Message);
            return false;
        }
    }

    private static List<Prerequisite> Missing(IEnumerable<Prerequisite> needed) =>
        [.. needed.Where(item => !item.IsPresent())];

    /// <summary>
    /// Root on a Debian kind of system: a container or a build machine, where nobody is there to be asked.
    /// </summary>
    private static bool CanInstall() =>
        OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess
        && File.Exists("/etc/debian_version") && Step.Which("apt-get") is not null;

    private static async Task AptInstallAsync(List<Prerequisite> missing)
    {
        var quietly = new Dictionary<string, string?> { ["DEBIAN_FRONTEND"] = "noninteractive" };
        string[] install = ["install", "-y", "--no-install-recommends", .. missing.Select(item => item.Apt)];
        Step.Say($"installing {string.Join(' ', missing.Select(item => item.Apt))} with apt-get");
        StepResult result = await Step.CaptureAsync("apt-get", install, quietly);
        if (!result.Succeeded)
        {
            // A new machine has no package lists yet, or has old ones that name files long gone.
            await Step.CaptureAsync("apt-get", ["update"], quietly);
            result = await Step.CaptureAsync("apt-get", install, quietly);
        }

        if (!result.Succeeded)
        {
            Console.Error.Write(result.Output);
        }
    }

    private static string InstallHint(List<Prerequisite> missing)
    {
        string Command(string manager, Func<Prerequisite, string> package) =>
            $"install with: {manager} {string.Join(' ', missing.Select(package))}";
        if (OperatingSystem.IsWindows())
        {
            return string.Join('\n', missing.Select(item => $"install with: winget install {item.Winget}"));
        }

        if (OperatingSystem.IsMacOS())
        {
            return string.Join('\n', missing.Select(item =>
                "install with: " + (item.Brew.Contains(' ') ? item.Brew : "brew install " + item.Brew)));
        }

        return Step.Which("dnf") is not null
            ? Command("sudo dnf install", item => item.Dnf)
            : Command("sudo apt-get install", item => item.Apt);
    }
}
